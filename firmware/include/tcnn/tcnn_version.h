/*
 * tcnn_version.h - the number of this runtime, and its functions' names in a program
 * SPDX-License-Identifier: Apache-2.0
 *
 * For builds straight from this tree, where one version is all there is: functions keep
 * their names. Beside generated models lies a header with a number and names of their
 * own instead; they do not compile with this one.
 */
#ifndef TCNN_VERSION_H
#define TCNN_VERSION_H

#define TCNN_RUNTIME_API 0

#endif /* TCNN_VERSION_H */
