/*
 * tcnn_mlperf.c - serves one model as text: the dialect of the MLPerf Tiny runner
 * SPDX-License-Identifier: Apache-2.0
 */
#include "mlperf.h"

#include <string.h>

#include "tcnn_about.h"
#include "tcnn_outputs.h"
#include "tcnn_packet.h"
#include "tcnn_stack.h"
#include "tcnn_tensors.h"
#include "tcnn_text.h"

#define READ_BYTES 128u
#define PRINTED_BYTES 8u
#define QUOTED 40u
#define USUAL_WARMUPS 10u
#define PIXEL_OFFSET 0x80u

/* Bytes of the input that are fed at a time. */
#define FED_BYTES 64u

static struct {
    const tcnn_model_t *model;
    uint8_t *input; /* what is loaded, of all inputs' bytes */
    bool pixels;    /* of these, 128 is to be taken off each */
    tcnn_port_info_t port;
    const char *problem; /* why the model cannot run; NULL: it can */
    tcnn_state_t state;  /* between commands */
    uint32_t input_bytes;
    uint32_t loaded; /* bytes, since `db load` */
    bool loading;    /* `db load` has been */
    uint32_t cycles; /* of the last run */
    uint32_t micros; /* likewise */
    uint32_t length; /* of the command that arrives; one more: it is too long */
    char command[TCNN_MLPERF_LINE + 1];
} mlperf;

static void complain(const char *text) {
    tcnn_text("e-[");
    tcnn_text(text);
    tcnn_text("]\r\n");
    mlperf.state = TCNN_FAILED;
}

static void print_number(const char *start, uint32_t value, const char *end) {
    tcnn_text(start);
    tcnn_text_u32(value);
    tcnn_text(end);
}

static void print_lap(void) { print_number("m-lap-us-", tcnn_port_micros(), "\r\n"); }

static void print_help(void) {
    tcnn_text("name, profile, timestamp, help\r\n"
              "db load N, db HEX, db print: load the inputs' bytes\r\n"
              "infer [N [W]]: run N times after W times\r\n"
              "results: of the last run\r\n"
              "tinycnn, raw, steps: of tinycnn alone\r\n");
}

/* Feeds what was loaded to a model that is fed, and computes at once. */
static void feed_input(void) {
    const tcnn_model_t *model = mlperf.model;
    const uint8_t offset = mlperf.pixels ? PIXEL_OFFSET : 0;
    int8_t part[FED_BYTES];
    if (model->feed == NULL) {
        return;
    }
    for (uint32_t done = 0, size; done < mlperf.input_bytes; done += size) {
        for (size = 0; size < FED_BYTES && done + size < mlperf.input_bytes; size++) {
            part[size] = (int8_t)(mlperf.input[done + size] ^ offset);
        }
        model->feed(model->arena, part, done, size);
    }
}

/* Copies what was loaded to where the model reads it: a run may overwrite that. */
static void give_input(void) {
    const tcnn_model_t *model = mlperf.model;
    const uint8_t *from = mlperf.input;
    const uint8_t offset = mlperf.pixels ? PIXEL_OFFSET : 0;
    if (model->feed != NULL) {
        return;
    }
    for (uint32_t i = 0; i < model->input_count; i++) {
        uint8_t *to = model->arena + model->inputs[i].offset;
        for (uint32_t k = 0; k < model->inputs[i].bytes; k++) {
            to[k] = (uint8_t)(*from++ ^ offset);
        }
    }
}

/* Runs the model once and measures that alone. */
static void run(void) {
    const tcnn_model_t *model = mlperf.model;
    give_input();
    const uint32_t start_us = tcnn_port_micros();
    const uint32_t start = tcnn_port_cycles();
    feed_input();
    model->invoke(model->arena);
    mlperf.cycles = tcnn_port_cycles() - start;
    mlperf.micros = tcnn_port_micros() - start_us;
}

/* True if the model can run; complains if it cannot. */
static bool can_run(void) {
    if (mlperf.problem != NULL) {
        complain(mlperf.problem);
    } else if (mlperf.loaded < mlperf.input_bytes) {
        print_number("e-[Load all inputs first: db load ", mlperf.input_bytes, "]\r\n");
        mlperf.state = TCNN_FAILED;
    }
    return mlperf.problem == NULL && mlperf.loaded == mlperf.input_bytes;
}

static void handle_infer(char *rest) {
    uint32_t runs = 1;
    uint32_t warmups = USUAL_WARMUPS;
    const char *word = tcnn_text_word(&rest);
    if (*word != '\0' && (!tcnn_text_number(word, &runs) || runs == 0)) {
        complain("Inference iterations must be >0");
        return;
    }
    word = tcnn_text_word(&rest);
    if (*word != '\0' && !tcnn_text_number(word, &warmups)) {
        complain("Inference warmup must be >=0");
        return;
    }
    if (!can_run()) {
        return;
    }
    print_number("m-warmup-start-", warmups, "\r\n");
    while (warmups-- > 0) {
        run();
    }
    tcnn_text("m-warmup-done\r\n");
    print_number("m-infer-start-", runs, "\r\n");
    print_lap();
    while (runs-- > 0) {
        run();
    }
    print_lap();
    tcnn_text("m-infer-done\r\n");
    tcnn_outputs_print(mlperf.model);
}

static void handle_load(const char *word) {
    uint32_t size;
    if (!tcnn_text_number(word, &size) || size != mlperf.input_bytes) {
        print_number("e-[The inputs have ", mlperf.input_bytes, " bytes]\r\n");
        mlperf.state = TCNN_FAILED;
        return;
    }
    mlperf.loaded = 0;
    mlperf.loading = true;
    print_number("m-[Expecting ", size, " bytes]\r\n");
}

/* Takes bytes as digits, until all are there. */
static void take_digits(const char *digits) {
    if (!mlperf.loading) {
        complain("Command 'db load' must come first");
        return;
    }
    while (*digits != '\0' && mlperf.loaded < mlperf.input_bytes) {
        const uint32_t high = tcnn_text_digit(digits[0]);
        const uint32_t low = digits[1] == '\0' ? 16u : tcnn_text_digit(digits[1]);
        if (high > 15u || low > 15u) {
            complain("Invalid hex digit, or one too few");
            return;
        }
        mlperf.input[mlperf.loaded++] = (uint8_t)(high << 4 | low);
        digits += 2;
    }
    if (mlperf.loaded == mlperf.input_bytes) {
        tcnn_text("m-load-done\r\n");
    }
}

static void print_loaded(void) {
    for (uint32_t i = 0; i < mlperf.loaded; i++) {
        tcnn_text(i % PRINTED_BYTES == 0 ? "m-buffer-" : "-");
        tcnn_text_hex(mlperf.input[i], 2);
        if (i % PRINTED_BYTES == PRINTED_BYTES - 1u || i == mlperf.loaded - 1u) {
            tcnn_text("\r\n");
        }
    }
}

static void handle_db(char *rest) {
    const char *word = tcnn_text_word(&rest);
    if (*word == '\0') {
        complain("Command 'db' requires a subcommand");
    } else if (tcnn_text_equal(word, "load")) {
        handle_load(tcnn_text_word(&rest));
    } else if (tcnn_text_equal(word, "print")) {
        print_loaded();
    } else {
        take_digits(word);
    }
}

static void print_raw(void) {
    tcnn_outputs_raw(mlperf.model);
    tcnn_text("m-raw-loaded-[");
    tcnn_text_hex(tcnn_crc32(mlperf.input, mlperf.loaded), 8);
    tcnn_text("]\r\n");
    print_number("m-raw-cycles-[", mlperf.cycles, "]\r\n");
    print_number("m-raw-micros-[", mlperf.micros, "]\r\n");
}

static void measure_step(uint32_t number) {
    const tcnn_model_t *model = mlperf.model;
    tcnn_stack_paint();
    const uint32_t start_us = tcnn_port_micros();
    const uint32_t start = tcnn_port_cycles();
    if (number == 0) {
        feed_input();
    }
    model->step(model->arena, number);
    const uint32_t cycles = tcnn_port_cycles() - start;
    const uint32_t micros = tcnn_port_micros() - start_us;
    print_number("m-step-[", cycles, ",");
    print_number("", micros, ",");
    print_number("", tcnn_stack_used_below(tcnn_stack_pointer()), "]\r\n");
}

static void handle_steps(void) {
    if (!can_run()) {
        return;
    }
    give_input();
    for (uint32_t step = 0; step < mlperf.model->steps; step++) {
        measure_step(step);
    }
}

static void print_results(void) { tcnn_outputs_print(mlperf.model); }

static void print_name(void) {
    tcnn_text("m-name-dut-[");
    tcnn_text_quoted(mlperf.port.board[0] == '\0' ? "unknown" : mlperf.port.board, 255);
    tcnn_text("]\r\n");
}

static void print_profile(void) {
    tcnn_text("m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[");
    tcnn_text_quoted(mlperf.model->name, 255);
    tcnn_text("]\r\n");
}

/* The commands that take no words. */
static const struct {
    const char *name;
    void (*answer)(void);
} plain[] = {
    {"name", print_name},    {"profile", print_profile}, {"timestamp", print_lap},
    {"help", print_help},    {"results", print_results}, {"raw", print_raw},
    {"steps", handle_steps},
};

static void handle_words(char *rest) {
    const char *word = tcnn_text_word(&rest);
    for (uint32_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (tcnn_text_equal(word, plain[i].name)) {
            plain[i].answer();
            return;
        }
    }
    if (tcnn_text_equal(word, "infer")) {
        handle_infer(rest);
    } else if (tcnn_text_equal(word, "db")) {
        handle_db(rest);
    } else if (tcnn_text_equal(word, "tinycnn")) {
        tcnn_about(mlperf.model, &mlperf.port, mlperf.pixels);
    } else {
        tcnn_text("e-[Unknown command: ");
        tcnn_text_quoted(word, QUOTED);
        tcnn_text("]\r\n");
        mlperf.state = TCNN_FAILED;
    }
}

static void handle_command(void) {
    tcnn_port_show(TCNN_BUSY);
    tcnn_text_begin();
    mlperf.state = TCNN_ALIVE;
    if (mlperf.length > TCNN_MLPERF_LINE) {
        complain("Command too long");
    } else {
        mlperf.command[mlperf.length] = '\0';
        handle_words(mlperf.command);
    }
    mlperf.length = 0;
    tcnn_text_ready();
}

static void handle_byte(char byte) {
    if (byte == '%') {
        handle_command();
    } else if (byte != '\r' && byte != '\n' && byte != '\0' &&
               mlperf.length <= TCNN_MLPERF_LINE) {
        /* One place more than a command may have, to know one that is longer. */
        mlperf.command[mlperf.length++] = byte;
    }
}

TCNN_SHARED void tcnn_mlperf_init(const tcnn_model_t *model, uint8_t *input,
                                  bool pixels) {
    memset(&mlperf, 0, sizeof mlperf);
    mlperf.model = model;
    mlperf.input = input;
    mlperf.pixels = pixels;
    mlperf.port.board = "";
    mlperf.input_bytes = tcnn_tensors_bytes(model->inputs, model->input_count);
    tcnn_port_init(&mlperf.port);
    tcnn_stack_watch(mlperf.port.stack_floor);
    if (model->start != NULL) {
        mlperf.problem = model->start();
    }
    mlperf.state = mlperf.problem == NULL ? TCNN_ALIVE : TCNN_FAILED;
    tcnn_text_begin();
    tcnn_text("m-timestamp-mode-performance\r\n");
    print_lap();
    tcnn_text("m-init-done\r\n");
    tcnn_text_ready();
}

TCNN_SHARED void tcnn_mlperf_poll(void) {
    uint8_t data[READ_BYTES];
    const uint32_t count = tcnn_port_read(data, sizeof data);
    tcnn_port_show(mlperf.state);
    for (uint32_t i = 0; i < count; i++) {
        handle_byte((char)data[i]);
    }
}
