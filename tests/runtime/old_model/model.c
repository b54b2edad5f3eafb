/*
 * model.c - the compiled model: one kernel call an operator
 * Written by tinycnn 0.1.0 from a model of SHA-256
 * 57d8ec4f49d3160bbde736d440543a08e182b6a53d6533685e0f26569c41fd9b. Do not edit.
 */
#include "model.h"

#include <stddef.h>

#include "kernels.h"
#include "model_weights.h"

#if TCNN_RUNTIME_API != 2
#error "model and runtime do not fit together: generate both with one version of tinycnn"
#endif

uint8_t old_arena[OLD_ARENA_BYTES] TCNN_ALIGN(16);

/* op 0 CONV_2D 1x6x6x2 -> 1x6x6x4: tensor_3 */
static const tcnn_conv_2d_params_t op0 = {
    6, /* input_height */
    6, /* input_width */
    2, /* input_channels */
    6, /* output_height */
    6, /* output_width */
    4, /* output_channels */
    3, /* kernel_height */
    3, /* kernel_width */
    1, /* stride_height */
    1, /* stride_width */
    1, /* dilation_height */
    1, /* dilation_width */
    1, /* pad_top */
    1, /* pad_left */
    -3, /* input_zero_point */
    -128, /* output_zero_point */
    -128, /* clamp_min */
    127, /* clamp_max */
    old_op0_multiplier, /* multiplier */
    old_op0_shift, /* shift */
};

void old_step(uint8_t *arena, uint32_t number)
{
    int8_t *const t0 = (int8_t *)(void *)&arena[88];
    int8_t *const t3 = (int8_t *)(void *)&arena[0];

    switch (number) {
    case 0:
        tcnn_conv_2d_s8(&op0, t0, old_op0_weights, old_op0_bias, t3);
        break;
    }
}

void old_invoke(uint8_t *arena)
{
    for (uint32_t number = 0; number != OLD_STEPS; number++) {
        old_step(arena, number);
    }
}

static const tcnn_tensor_t inputs[] = {
    {
        TCNN_INT8, /* dtype */
        4, /* rank */
        {1, 6, 6, 2}, /* shape */
        0.019999999552965164f, /* scale */
        -3, /* zero_point */
        88, /* offset */
        72, /* bytes */
    },
};

static const tcnn_tensor_t outputs[] = {
    {
        TCNN_INT8, /* dtype */
        4, /* rank */
        {1, 6, 6, 4}, /* shape */
        0.019999999552965164f, /* scale */
        -128, /* zero_point */
        0, /* offset */
        144, /* bytes */
    },
};

const tcnn_model_t old_model = {
    "old",
    "tinycnn 0.1.0",
    "litert",
    {
    87, 216, 236, 79, 73, 211, 22, 11, 189, 231, 54, 212, 64, 84, 58, 8, 225, 130, 182,
    165, 61, 101, 51, 104, 94, 15, 38, 86, 156, 65, 253, 155,
    },
    old_arena,
    OLD_ARENA_BYTES,
    1,
    inputs,
    1,
    outputs,
    old_invoke,
    OLD_STEPS,
    old_step,
    NULL, /* start */
};
