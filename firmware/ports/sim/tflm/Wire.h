/*
 * Wire.h - empty: TFLite Micro's Arduino library includes it and uses nothing of it
 * SPDX-License-Identifier: Apache-2.0
 */
