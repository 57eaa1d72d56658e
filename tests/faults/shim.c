/* Makes the disk fail at a chosen moment: a library that is loaded before the C library and counts what a process does to
 * files below one folder. Writes, syncs, renames, links, removals and new files are operations; at the one with the chosen
 * number the process is killed, or the operation fails as on a full or a broken disk.
 *
 *   PANOH_FAULT_HOME   path of the folder; names that begin with it (the key beside it) count too
 *   PANOH_FAULT_AT     number of the operation, from 1; 0 only counts
 *   PANOH_FAULT_KIND   kill, enospc or eio
 *   PANOH_FAULT_STAYS  1: every operation from that one on fails (a disk that stays full)
 *   PANOH_FAULT_COUNT  file that is told the number of operations at the end
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long operations;
static long at;
static int stays, error_number, kills;
static char home[PATH_MAX];
static size_t home_length;

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("PANOH_FAULT_HOME");
    if (!text) return;
    snprintf(home, sizeof home, "%s", text);
    home_length = strlen(home);
    text = getenv("PANOH_FAULT_AT");
    at = text ? atol(text) : 0;
    text = getenv("PANOH_FAULT_STAYS");
    stays = text && *text == '1';
    text = getenv("PANOH_FAULT_KIND");
    kills = text && !strcmp(text, "kill");
    error_number = text && !strcmp(text, "eio") ? EIO : ENOSPC;
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("PANOH_FAULT_COUNT");
    if (!path) return;
    int (*really)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    ssize_t (*put)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    int file = really(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&operations));
    if (file >= 0 && put(file, text, (size_t)length) == length) close(file);
}

static int inside(const char *path) { return home_length && path && !strncmp(path, home, home_length); }

static int path_inside(int folder, const char *path) {
    char whole[PATH_MAX], link[64];
    if (!path || *path == '/') return inside(path);
    if (folder == AT_FDCWD) return getcwd(whole, sizeof whole) && inside(whole);
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, whole, sizeof whole - 1);
    if (length < 0) return 0;
    whole[length] = 0;
    return inside(whole);
}

static int file_inside(int file) { return home_length && path_inside(file, "."); }

/* True when this operation is to fail; errno is set. Does not return when the process is to die. */
static int fails(int counts) {
    if (!counts) return 0;
    long number = atomic_fetch_add(&operations, 1) + 1;
    if (!at || (stays ? number < at : number != at)) return 0;
    if (kills) {
        raise(SIGKILL);
    }
    errno = error_number;
    return 1;
}

#define REAL(name, type, ...) \
    static type (*really)(__VA_ARGS__); \
    if (!really) really = dlsym(RTLD_NEXT, name)

#define OPEN(NAME) \
    int NAME(const char *path, int flags, ...) { \
        REAL(#NAME, int, const char *, int, ...); \
        mode_t mode = 0; \
        if (flags & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
        if (fails((flags & (O_CREAT | O_TRUNC)) && path_inside(AT_FDCWD, path))) return -1; \
        return really(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(NAME) \
    int NAME(int folder, const char *path, int flags, ...) { \
        REAL(#NAME, int, int, const char *, int, ...); \
        mode_t mode = 0; \
        if (flags & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
        if (fails((flags & (O_CREAT | O_TRUNC)) && path_inside(folder, path))) return -1; \
        return really(folder, path, flags, mode); \
    }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int file, const void *bytes, size_t length) {
    REAL("write", ssize_t, int, const void *, size_t);
    return fails(file_inside(file)) ? -1 : really(file, bytes, length);
}
ssize_t writev(int file, const struct iovec *pieces, int count) {
    REAL("writev", ssize_t, int, const struct iovec *, int);
    return fails(file_inside(file)) ? -1 : really(file, pieces, count);
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t place) {
    REAL("pwrite", ssize_t, int, const void *, size_t, off_t);
    return fails(file_inside(file)) ? -1 : really(file, bytes, length, place);
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t place) {
    REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t);
    return fails(file_inside(file)) ? -1 : really(file, bytes, length, place);
}
int fsync(int file) {
    REAL("fsync", int, int);
    return fails(file_inside(file)) ? -1 : really(file);
}
int fdatasync(int file) {
    REAL("fdatasync", int, int);
    return fails(file_inside(file)) ? -1 : really(file);
}
int ftruncate(int file, off_t length) {
    REAL("ftruncate", int, int, off_t);
    return fails(file_inside(file)) ? -1 : really(file, length);
}
int ftruncate64(int file, off64_t length) {
    REAL("ftruncate64", int, int, off64_t);
    return fails(file_inside(file)) ? -1 : really(file, length);
}
int rename(const char *from, const char *to) {
    REAL("rename", int, const char *, const char *);
    return fails(path_inside(AT_FDCWD, to)) ? -1 : really(from, to);
}
int renameat(int one, const char *from, int other, const char *to) {
    REAL("renameat", int, int, const char *, int, const char *);
    return fails(path_inside(other, to)) ? -1 : really(one, from, other, to);
}
int link(const char *from, const char *to) {
    REAL("link", int, const char *, const char *);
    return fails(path_inside(AT_FDCWD, to)) ? -1 : really(from, to);
}
int linkat(int one, const char *from, int other, const char *to, int flags) {
    REAL("linkat", int, int, const char *, int, const char *, int);
    return fails(path_inside(other, to)) ? -1 : really(one, from, other, to, flags);
}
int unlink(const char *path) {
    REAL("unlink", int, const char *);
    return fails(path_inside(AT_FDCWD, path)) ? -1 : really(path);
}
int unlinkat(int folder, const char *path, int flags) {
    REAL("unlinkat", int, int, const char *, int);
    return fails(path_inside(folder, path)) ? -1 : really(folder, path, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL("mkdir", int, const char *, mode_t);
    return fails(path_inside(AT_FDCWD, path)) ? -1 : really(path, mode);
}
