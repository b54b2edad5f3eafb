/*
 * harness.h - serves one model over a byte stream: the device side of the protocol
 * SPDX-License-Identifier: Apache-2.0
 *
 * PACKETS
 * A packet is COBS-encoded and ends with one 0x00. Before encoding, all values little
 * endian:
 *
 *   offset  size
 *        0     1  protocol version, TCNN_PROTOCOL_VERSION
 *        1     1  type
 *        2     2  payload length, at most the HELLO's max_payload
 *        4     4  session, chosen by the host in HELLO
 *        8     4  sequence number, chosen by the host; a reply repeats it
 *       12     n  payload
 *     12+n     4  CRC-32 (IEEE 802.3, as zlib's crc32) of everything before it
 *
 * Empty packets are ignored, so a 0x00 may be sent at any time: the host opens with one
 * to end whatever the device had half received, and a device adds one when a reply
 * would be a multiple of 64 bytes (USB would hold it back).
 *
 * EXCHANGE
 * The host asks, the device answers, one packet each. Within a session sequence numbers
 * grow by less than 2^31 from one request to the next. A request whose session and
 * sequence number equal those of one of the last that were answered is not run again:
 * its reply is sent again. An older one came too late and is ignored.
 *
 * WINDOW
 * The host need not wait for a reply before it sends the next request. That one is
 * marked, TCNN_CHAINED added to its type: it is carried out only right after the one
 * with the number before, so that all are carried out in order and once, whichever are
 * lost. A marked one that comes too early is dropped; the first after a gap is answered
 * with ERROR ORDER. HELLO says what may be on its way: requests that are not answered;
 * the room for their replies, of which each takes its payload and 19 + (max_payload +
 * 16) / 254 bytes, and the largest of them counts twice; and bytes that may arrive
 * behind the oldest of these requests, which the device may be working on.
 *
 * DAMAGE
 * A packet that is too long, broken or of a wrong CRC is dropped and answered with
 * ERROR BAD_PACKET, session 0 and sequence 0xFFFFFFFF, so that the host need not wait
 * for its timeout; the ninth and later ones in a row are only dropped. Half a packet
 * followed by 200 ms of silence is forgotten. Replies and errors are never answered: on
 * a line that echoes they come back.
 *
 * REQUESTS                payload                        reply (type | 0x80)
 *   TCNN_HELLO  starts a session: none                   see below
 *   TCNN_WRITE  u32 offset, bytes: part of the inputs    none
 *   TCNN_INFER  as WRITE (the last part), then run       u32 cycles, u32 microseconds,
 *                                                        the outputs' first bytes, as
 *                                                        many as fit a reply
 *   TCNN_READ   u32 offset, u16 size: part of the        bytes
 *               outputs, until another run or WRITE
 *   TCNN_PROFILE  u16 first, then as INFER: run step by  u16 steps in all; of each from
 *               step, one kernel call a step             the first on, as many as fit:
 *                                                        u32 cycles, u32 microseconds,
 *                                                        u32 stack bytes
 *   TCNN_FRAME  u32 first, u32 offset, bytes: part of a  none; of the last part: u32
 *               raw frame; with the last part, be it     cycles, u32 microseconds, the
 *               empty, make the inputs of the frame      inputs' bytes from the first
 *                                                        on, as many as fit a reply
 *   TCNN_CHECKSUM  u16 first place, then as INFER: run   u16 places in all, u32 CRC-32
 *               step by step                             of their table; of each from
 *                                                        the first on, as many as fit:
 *                                                        u32 CRC-32 of its bytes then
 *   TCNN_TENSOR  u16 place, u32 first byte; as INFER:    its bytes from the first on,
 *               run until then; or nothing more: go on   as many as fit a reply
 *   TCNN_STATUS  none, or u8 actions (TCNN_STATUS_PAINT  see below
 *               and so on); may be asked at any time
 *   TCNN_RESTART  none: start anew, as after a reset     none, before it starts anew;
 *               by software; sessions end               ERROR TYPE where it cannot
 * Offsets count through all inputs, or all outputs, laid end to end in HELLO's order.
 * A model whose input is fed (tcnn_model_t) takes it in order: WRITE and the requests
 * that run it begin where the last one ended, or anew at 0; cycles and microseconds are
 * those of all parts and of the run.
 * CHECKSUM and TENSOR are served by firmware that is traced: a debug harness, see
 * tcnn_trace.h. Its places are tensors in the arena, each at a moment of an inference.
 * Any request can be answered by TCNN_ERROR: u8 code, text (not terminated). It changed
 * nothing then, is not remembered as answered, and fails again when repeated.
 *
 * HELLO REPLY
 *   "TCNN", u16 max_payload, u16 flags, u32 clock in Hz (0: unknown),
 *   u32 arena bytes, u32 stack bytes (most used since start; 0: unknown),
 *   u8[8] board id, u8[32] SHA-256 of the model,
 *   u8 inputs, u8 outputs,
 *   u16 requests that may be unanswered, u16 bytes for their replies, u32 bytes that
 *     may arrive while a request is worked on (0xFFFFFFFF: any number; 0: none, ask one
 *     by one; more do no harm where flags say that the link makes the host wait),
 *   then each of the inputs and outputs: u8 dtype, u8 rank, u32 dims[rank],
 *     f32 scale, i32 zero point,
 *   strings model, generator, numerics, board: u8 length, bytes; cut where the reply
 *     would not fit
 *   where FRAME is served: u16 width, u16 height, u8 bytes of a pixel (tcnn_pixels_t)
 *
 * STATUS REPLY
 *   u32 arena bytes in use, u32 arena bytes there are, u32 of them written since they
 *     were painted, at start or by TCNN_STATUS_PAINT,
 *   u32 stack bytes (most used since start; 0: unknown), u32 stack bytes there are
 *     (0: unknown),
 *   u16 guards that are watched, u16 of them dead (TCNN_GUARD_*),
 *   u8 causes of the start (TCNN_RESET_*), u8 seals (TCNN_SEAL_*),
 *   u64 microseconds since start,
 *   since start: u32 runs of the model, u32 requests, u32 of them repeated, u32 of them
 *     late, u32 broken packets, u32 errors answered
 *
 * TEXT
 * A sketch may print between packets, for people: tcnn_harness_print. It is no packet
 * and dropped by the host; the next reply begins with a 0x00.
 */
#ifndef TCNN_HARNESS_H
#define TCNN_HARNESS_H

#include <stdbool.h>

#include "preprocess.h"
#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TCNN_PROTOCOL_VERSION 3

/* Largest payload of a request or a reply, in bytes. */
#ifndef TCNN_MAX_PAYLOAD
#define TCNN_MAX_PAYLOAD 1024
#endif

/* Most requests that may be on their way. */
#define TCNN_WINDOW 32

enum {
    TCNN_HELLO = 0x01,
    TCNN_WRITE = 0x02,
    TCNN_INFER = 0x03,
    TCNN_READ = 0x04,
    TCNN_PROFILE = 0x05,
    TCNN_FRAME = 0x06,
    TCNN_STATUS = 0x07,
    TCNN_CHECKSUM = 0x08,
    TCNN_TENSOR = 0x09,
    TCNN_RESTART = 0x0A,
    TCNN_CHAINED = 0x40, /* added to the type of a request that must follow another */
    TCNN_REPLY = 0x80,   /* added to the type of the request, without CHAINED */
    TCNN_ERROR = 0xFF,
};

enum {
    TCNN_ERROR_VERSION = 1,    /* protocol version not spoken here */
    TCNN_ERROR_TYPE = 2,       /* unknown request */
    TCNN_ERROR_SESSION = 3,    /* no such session: the device was reset; send HELLO */
    TCNN_ERROR_LENGTH = 4,     /* payload too short or too long for its request */
    TCNN_ERROR_RANGE = 5,      /* bytes outside the inputs or outputs, or their order */
    TCNN_ERROR_BAD_PACKET = 6, /* broken packet: send again */
    TCNN_ERROR_MODEL = 7,      /* the model cannot run: the text says why */
    TCNN_ERROR_ORDER = 8,      /* the request before it is missing: send it again */
};

/* Flags of the HELLO reply, as registers had it when they were read back at start. */
enum {
    TCNN_CACHE_ON = 1,     /* the instruction cache is on */
    TCNN_COUNTER_RUNS = 2, /* tcnn_port_cycles counts */
    TCNN_CACHE_KNOWN = 4,  /* there is such a cache to ask */
    TCNN_LINK_WAITS = 8,   /* the link makes the host wait while there is no room */
};

/* Actions of STATUS, before it is answered. */
enum {
    /* paint the arena, as at start; not where a model keeps state in it (`start`) */
    TCNN_STATUS_PAINT = 1,
    /* seal the arena at the end of the next run */
    TCNN_STATUS_SEAL = 2,
    /* make all guards whole */
    TCNN_STATUS_MEND = 4,
};

/* Guards of the STATUS reply: what lies there is overwritten by who writes too far. */
enum {
    TCNN_GUARD_BEFORE_ARENA = 1,
    TCNN_GUARD_BEHIND_ARENA = 2,
    TCNN_GUARD_STACK = 4,   /* the last words of the stack */
    TCNN_GUARD_BUFFERS = 8, /* and above: between buffers of the harness, by address */
};

/* Seals of the STATUS reply. A seal is broken by who writes while the model does not
 * run; the inputs' is lifted by a request that writes them, both by the next run. */
enum {
    TCNN_SEAL_REST = 1, /* the arena without the inputs is sealed */
    TCNN_SEAL_REST_BROKEN = 2,
    TCNN_SEAL_INPUTS = 4, /* the inputs are sealed */
    TCNN_SEAL_INPUTS_BROKEN = 8,
};

/* Why a device started; several where it does not tell them apart. */
enum {
    TCNN_RESET_POWER = 1,
    TCNN_RESET_PIN = 2, /* a button, or the host's DTR */
    TCNN_RESET_WATCHDOG = 4,
    TCNN_RESET_SOFTWARE = 8,
    TCNN_RESET_LOCKUP = 16, /* a fault within a fault */
    TCNN_RESET_WAKE = 32,   /* from a sleep that keeps nothing */
    TCNN_RESET_BROWNOUT = 64,
    TCNN_RESET_DEBUG = 128,
};

/* Starts serving `model`; calls tcnn_port_init. The model must outlive the harness. */
void tcnn_harness_init(const tcnn_model_t *model);

/* Serves raw frames, too: FRAME. */
void tcnn_harness_take_frames(const tcnn_preprocess_t *preprocess);

/* Answers CHECKSUM and TENSOR, `type`, in at most TCNN_MAX_PAYLOAD bytes of `reply`:
 * returns how many, or TCNN_TRACE_REFUSED. `head` is what the request begins with, 2 or
 * 6 bytes; `is_new`: its inputs lie in the arena, and nothing has run. */
typedef uint32_t (*tcnn_trace_t)(const tcnn_model_t *model, uint8_t type,
                                 const uint8_t *head, bool is_new, uint8_t *reply);
#define TCNN_TRACE_REFUSED UINT32_MAX

/* Serves CHECKSUM and TENSOR, too. */
void tcnn_harness_take_trace(tcnn_trace_t trace);

/* True if nothing has arrived for 3 s and the model can run: a sketch may use model,
 * frame and link until it polls again. */
bool tcnn_harness_is_idle(void);

/* Sends `text`, a line for people. */
void tcnn_harness_print(const char *text);

/* Reads what has arrived and answers complete requests; returns soon when nothing has.
 * Call it for ever. */
void tcnn_harness_poll(void);

/*
 * THE PORT: what a platform provides, a few functions.
 */
typedef enum {
    TCNN_ALIVE = 0, /* waits for a request */
    TCNN_BUSY,      /* works on one */
    TCNN_FAILED,    /* the last one was answered with an error */
} tcnn_state_t;

typedef struct {
    const char *board;   /* name, at most 255 characters; never NULL */
    uint8_t board_id[8]; /* unique to this device, any; all 0: unknown */
    uint32_t clock_hz;   /* 1 or more; 0: unknown */
    uint16_t flags;      /* TCNN_CACHE_ON and so on, 0 to 15; 0: none */
    /* lowest byte of the caller's stack that may be written, asked before each painting
     * as a heap may have grown; it, or what it returns, NULL: not known, no painting */
    const void *(*stack_floor)(void);
    uint8_t reset_causes; /* TCNN_RESET_POWER and so on, 0 to 255; 0: unknown */
    /* starts the device anew once what was sent has left it, and does not return; NULL:
     * it cannot */
    void (*restart)(void);
    /* bytes that are taken while nobody reads; TCNN_HOST_WAITS: any number; 0: none, or
     * not known */
    uint32_t receive_bytes;
} tcnn_port_info_t;

#define TCNN_HOST_WAITS UINT32_MAX

/* Makes the link and the clocks ready and describes the board. */
void tcnn_port_init(tcnn_port_info_t *info);

/* Copies at most `size` bytes that have arrived; returns how many. May wait for a few
 * milliseconds, never longer. */
uint32_t tcnn_port_read(uint8_t *data, uint32_t size);

/* Sends all of `data`; may block until the host has taken it. */
void tcnn_port_write(const uint8_t *data, uint32_t size);

/* Free-running counter of processor cycles; 0 where there is none. */
uint32_t tcnn_port_cycles(void);

/* Free-running microseconds. */
uint32_t tcnn_port_micros(void);

/* Shows what the device does, where it has a light. Called again and again, so that
 * the light can blink. */
void tcnn_port_show(tcnn_state_t state);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_HARNESS_H */
