/*
 * debug_log.c - where TFLite Micro's messages go: nowhere, the link carries packets
 * SPDX-License-Identifier: Apache-2.0
 */
void DebugLog(const char *text);

void DebugLog(const char *text) { (void)text; }
