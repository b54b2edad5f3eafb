/*
 * softmax/float.c - SOFTMAX and LOG_SOFTMAX of 32-bit floats, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "optimize.h"
#include "softmax.h"

/* A product is rounded before anything is added to it: a Cortex-M7 would else do both
 * at once, and bits differ. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

/* The reference calls expf and logf of its C library. These take the same steps, in
 * double precision, as those of glibc, musl and newlib: a table, and a polynomial for
 * the rest; every float comes out the same. */

/* 2^(i / 32) */
static const double two_to[32] = {1.0,
                                  1.0218971486541166,
                                  1.0442737824274138,
                                  1.0671404006768237,
                                  1.0905077326652577,
                                  1.1143867425958924,
                                  1.1387886347566916,
                                  1.1637248587775775,
                                  1.189207115002721,
                                  1.215247359980469,
                                  1.241857812073484,
                                  1.2690509571917332,
                                  1.2968395546510096,
                                  1.3252366431597413,
                                  1.3542555469368927,
                                  1.383909881963832,
                                  1.4142135623730951,
                                  1.4451808069770467,
                                  1.4768261459394993,
                                  1.5091644275934228,
                                  1.5422108254079407,
                                  1.5759808451078865,
                                  1.6104903319492543,
                                  1.645755478153965,
                                  1.681792830507429,
                                  1.718619298122478,
                                  1.7562521603732995,
                                  1.7947090750031072,
                                  1.8340080864093424,
                                  1.8741676341103,
                                  1.9152065613971474,
                                  1.9571441241754002};

/* For each sixteenth of the mantissas from 0.7 to 1.4: about 1 / m, and the logarithm
 * of m. */
static const double log_table[16][2] = {{1.398907162146528, -0.33569133332882284},
                                        {1.3403141896637998, -0.2929040563774074},
                                        {1.286432210124115, -0.2518726580937369},
                                        {1.2367150214269895, -0.21245868807117255},
                                        {1.1906977166711752, -0.17453945183745634},
                                        {1.1479821020556429, -0.1380057072319758},
                                        {1.1082251448272158, -0.10275976698545139},
                                        {1.0711297413057381, -0.06871392447020525},
                                        {1.036437278977283, -0.0357891387398228},
                                        {1.0, 0.0},
                                        {0.9492859795739057, 0.05204517742929496},
                                        {0.8951049428609004, 0.11081431298787942},
                                        {0.8476821620351103, 0.1652495223695143},
                                        {0.8050314851692001, 0.21687389031699977},
                                        {0.7664671008843108, 0.2659635028121397},
                                        {0.731428603316328, 0.3127556664073557}};

/* exp(x) for x <= 0 */
static float exponential(float x) {
    if (!(x > -104.0f)) {
        return 0.0f;
    }
    const double round_to_integer = 6755399441055744.0; /* 1.5 * 2^52 */
    const double steps = (double)x * 46.16624130844683; /* 32 / ln 2 */
    const double whole = (steps + round_to_integer) - round_to_integer;
    const double r = steps - whole;
    const int32_t k = (int32_t)whole;
    uint64_t bits;
    memcpy(&bits, &two_to[k & 31], sizeof bits);
    bits += (uint64_t)(int64_t)(k >> 5) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    const double high = 1.6938359250920212e-06 * r + 0.00023459809789509004;
    const double low = 0.021660849396613134 * r + 1.0;
    return (float)((high * (r * r) + low) * power);
}

/* ln(x) for x >= 1 */
static float logarithm(float x) {
    const uint32_t least = UINT32_C(0x3f330000); /* 0.7 */
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t exponent = (bits - least) & UINT32_C(0xff800000);
    const double *entry = log_table[((bits - least) >> 19) & 15];
    bits -= exponent;
    float mantissa;
    memcpy(&mantissa, &bits, sizeof mantissa);
    const double r = (double)mantissa * entry[0] - 1.0;
    const double base = entry[1] + (double)(exponent >> 23) * 0.6931471805599453;
    const double r2 = r * r;
    const double high = 0.333456765744066 * r - 0.4999997485802103;
    return (float)((high - 0.25089342214237154 * r2) * r2 + (base + r));
}

TCNN_SHARED void tcnn_softmax_f32(const tcnn_softmax_f32_params_t *params,
                                  const float *input, float *output) {
    const tcnn_softmax_f32_params_t *p = params;
    for (int32_t row = 0; row < p->rows; row++) {
        float largest = input[0];
        for (int32_t c = 1; c < p->channels; c++) {
            largest = input[c] > largest ? input[c] : largest;
        }
        float sum = 0.0f;
        for (int32_t c = 0; c < p->channels; c++) {
            sum += exponential((input[c] - largest) * p->beta);
        }
        const float log_sum = p->logarithmic ? logarithm(sum) : 0.0f;
        for (int32_t c = 0; c < p->channels; c++) {
            const float difference = input[c] - largest;
            output[c] = p->logarithmic ? difference - log_sum
                                       : exponential(difference * p->beta) / sum;
        }
        input += p->channels;
        output += p->channels;
    }
}
