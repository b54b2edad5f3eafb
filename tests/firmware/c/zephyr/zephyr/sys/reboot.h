#include "fake_zephyr.h"
