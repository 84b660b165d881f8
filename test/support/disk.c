/*
 * Stands between a process and the disk (LD_PRELOAD): writes down what happens to the files of one folder, in one order for all
 * processes and threads, and makes the disk slow, full or broken where it is told to. Nothing is really synced: what a sync would
 * have kept is worked out from the recording.
 *
 * DISK_FOLDER: the folder, absolute, with a slash at its end. DISK_RECORDING: a file of its full size, which begins with `struct head`.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum op { WRITE = 1, TRUNCATE, SYNC_BEGIN, SYNC_END, CREATE, UNLINK, LINK, RENAME, MARK };
enum kind { OTHER = 1, LOG = 2, SHARED = 4, FOLDER = 8 };
enum thread { MAIN = 1, POOL = 2 };

/* The controls may be written by others at any time. */
struct head {
  _Atomic uint64_t end; /* where the next record begins */
  uint64_t size;
  _Atomic uint64_t full; /* 1 when a record did not fit: nothing after that is known */
  _Atomic uint32_t write_error; /* errno of a write that makes a file longer; 0: none */
  _Atomic uint32_t write_kinds; /* of which files, as bits */
  _Atomic uint32_t sync_error;
  _Atomic uint32_t sync_threads; /* of which threads, as bits */
  _Atomic uint32_t sync_errors; /* how many syncs fail */
  _Atomic uint32_t sync_microseconds; /* how long one takes */
  _Atomic uint32_t lie; /* threads whose syncs do nothing and say that they did, as bits */
  _Atomic uint32_t failed; /* how many calls were made to fail */
  _Atomic uint32_t halt; /* 1: nothing moves any more */
  _Atomic uint32_t sync_kinds; /* of which files; all where it is 0 */
  _Atomic int32_t inside; /* calls between their beginning and their record */
  _Atomic uint32_t broken; /* how many syncs of the database have failed */
  uint32_t unused[14];
};

struct record {
  _Atomic uint32_t ready;
  uint32_t op;
  uint32_t length; /* of what follows */
  uint32_t error;
  uint64_t file; /* inode */
  uint64_t at; /* offset; size of a truncation; of the end of a sync: where its beginning stands */
  uint64_t microseconds; /* since 1970 */
};

#define FILES 65536
static struct head *head;
static char *folder;
static size_t folder_length;
static struct { uint64_t file; int kind; uint32_t told; } files[FILES]; /* told: of how many failed syncs of the database */

#define REAL(name, type) static type real_##name; if (!real_##name) real_##name = (type)dlsym(RTLD_NEXT, #name)
typedef int (*open_t)(const char *, int, ...);
typedef int (*openat_t)(int, const char *, int, ...);
typedef int (*fd_t)(int);
typedef ssize_t (*write_t)(int, const void *, size_t);
typedef ssize_t (*pwrite_t)(int, const void *, size_t, off_t);
typedef ssize_t (*writev_t)(int, const struct iovec *, int);
typedef ssize_t (*pwritev_t)(int, const struct iovec *, int, off_t);
typedef int (*truncate_t)(int, off_t);
typedef int (*path_t)(const char *);
typedef int (*paths_t)(const char *, const char *);

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("DISK_RECORDING");
  folder = getenv("DISK_FOLDER");
  if (!name || !folder) return;
  folder_length = strlen(folder);
  REAL(open, open_t);
  int fd = real_open(name, O_RDWR | O_CLOEXEC);
  struct stat found;
  if (fd < 0 || fstat(fd, &found) != 0) abort();
  void *map = mmap(NULL, found.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) abort();
  syscall(SYS_close, fd);
  head = map;
}

/* When all stand here, nothing is half done: what is in the files is in the recording. */
static int enter(void) {
  while (head) {
    atomic_fetch_add(&head->inside, 1);
    if (!atomic_load(&head->halt)) break;
    atomic_fetch_sub(&head->inside, 1);
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
  return 1;
}

static void leave(int *entered) {
  if (head) atomic_fetch_sub(&head->inside, *entered);
}

#define ENTER __attribute__((cleanup(leave), unused)) int entered = enter()

static int thread(void) { return syscall(SYS_gettid) == getpid() ? MAIN : POOL; }

static uint64_t note(int op, uint64_t file, uint64_t at, uint32_t error, const struct iovec *parts, int count, size_t length) {
  size_t whole = (sizeof(struct record) + length + 7) & ~(size_t)7;
  uint64_t place = atomic_fetch_add(&head->end, whole);
  if (place + whole > head->size) {
    atomic_store(&head->full, 1);
    return place;
  }
  struct record *record = (struct record *)((char *)head + place);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  record->op = op;
  record->length = length;
  record->error = error;
  record->file = file;
  record->at = at;
  record->microseconds = now.tv_sec * 1000000ull + now.tv_nsec / 1000;
  char *into = (char *)(record + 1);
  for (int i = 0; i < count && length > 0; i++) {
    size_t part = parts[i].iov_len < length ? parts[i].iov_len : length;
    memcpy(into, parts[i].iov_base, part);
    into += part;
    length -= part;
  }
  atomic_store(&record->ready, 1);
  return place;
}

static void note_names(int op, uint64_t file, const char *name, const char *other) {
  struct iovec parts[2] = {{(void *)name, strlen(name)}, {(void *)other, other ? strlen(other) : 0}};
  struct iovec joined[3] = {parts[0], {"\n", 1}, parts[1]};
  note(op, file, 0, 0, joined, other ? 3 : 1, parts[0].iov_len + (other ? 1 + parts[1].iov_len : 0));
}

/* The name in our folder, or NULL where it is none of ours. */
static const char *ours(const char *path) {
  if (!head || !path || strncmp(path, folder, folder_length) != 0) return NULL;
  const char *name = path + folder_length;
  return *name && !strchr(name, '/') ? name : NULL;
}

static int is_folder(const char *path) {
  if (!head || !path || strncmp(path, folder, folder_length - 1) != 0) return 0;
  return path[folder_length - 1] == 0 || (path[folder_length - 1] == '/' && path[folder_length] == 0);
}

static int ends_with(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

static int kind_of(const char *name) {
  if (ends_with(name, "-shm")) return SHARED;
  return ends_with(name, "-wal") ? LOG : OTHER;
}

static int opened(int fd, const char *path, const char *name, int existed) {
  struct stat found;
  if (fd < 0) return fd;
  int error = errno;
  if (fd < FILES) files[fd].kind = 0;
  if (fd < FILES && (name || is_folder(path)) && fstat(fd, &found) == 0) {
    files[fd].file = found.st_ino;
    files[fd].kind = name ? kind_of(name) : FOLDER;
    files[fd].told = atomic_load(&head->broken);
    if (name && !existed && files[fd].kind != SHARED) note_names(CREATE, found.st_ino, name, NULL);
  }
  errno = error;
  return fd;
}

static int exists(const char *name, const char *path) {
  struct stat found;
  return !name || stat(path, &found) == 0;
}

#define OPEN(symbol)                                      \
  int symbol(const char *path, int flags, ...) {          \
    REAL(symbol, open_t);                                 \
    ENTER;                                                                \
    va_list rest;                                         \
    va_start(rest, flags);                                \
    mode_t mode = va_arg(rest, mode_t);                   \
    va_end(rest);                                         \
    const char *name = ours(path);                        \
    int existed = exists(name, path);                     \
    return opened(real_##symbol(path, flags, mode), path, name, existed); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(symbol)                                    \
  int symbol(int at, const char *path, int flags, ...) {  \
    REAL(symbol, openat_t);                               \
    ENTER;                                                                \
    va_list rest;                                         \
    va_start(rest, flags);                                \
    mode_t mode = va_arg(rest, mode_t);                   \
    va_end(rest);                                         \
    const char *name = ours(path);                        \
    int existed = exists(name, path);                     \
    return opened(real_##symbol(at, path, flags, mode), path, name, existed); \
  }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
  REAL(close, fd_t);
  if (fd >= 0 && fd < FILES) files[fd].kind = 0;
  return real_close(fd);
}

/* The kind of an open file of ours, or 0. */
static int kind(int fd) { return head && fd >= 0 && fd < FILES ? files[fd].kind : 0; }

/* A descriptor may have been closed behind our back and be a socket now. */
static int still(int fd) {
  struct stat found;
  return kind(fd) && fstat(fd, &found) == 0 && found.st_ino == files[fd].file ? kind(fd) : 0;
}

static int is_full(int fd, int what, uint64_t end) {
  uint32_t error = atomic_load(&head->write_error);
  struct stat found;
  if (!error || !(atomic_load(&head->write_kinds) & what)) return 0;
  if (fstat(fd, &found) == 0 && end <= (uint64_t)found.st_size) return 0;
  atomic_fetch_add(&head->failed, 1);
  errno = error;
  return 1;
}

static void wrote(int fd, ssize_t done, uint64_t at, const struct iovec *parts, int count) {
  if (done > 0 && files[fd].kind != SHARED) note(WRITE, files[fd].file, at, 0, parts, count, done);
}

#define PWRITE(symbol)                                                    \
  ssize_t symbol(int fd, const void *bytes, size_t length, off_t at) {    \
    REAL(symbol, pwrite_t);                                               \
    ENTER;                                                                \
    int what = kind(fd);                                                  \
    if (what && is_full(fd, what, at + length)) return -1;                \
    ssize_t done = real_##symbol(fd, bytes, length, at);                  \
    if (what) wrote(fd, done, at, &(struct iovec){(void *)bytes, length}, 1); \
    return done;                                                          \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

static size_t total(const struct iovec *parts, int count) {
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  return length;
}

#define PWRITEV(symbol)                                                   \
  ssize_t symbol(int fd, const struct iovec *parts, int count, off_t at) { \
    REAL(symbol, pwritev_t);                                              \
    ENTER;                                                                \
    int what = kind(fd);                                                  \
    if (what && is_full(fd, what, at + total(parts, count))) return -1;   \
    ssize_t done = real_##symbol(fd, parts, count, at);                   \
    if (what) wrote(fd, done, at, parts, count);                          \
    return done;                                                          \
  }
PWRITEV(pwritev)
PWRITEV(pwritev64)

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write, write_t);
  ENTER;
  if (head && fd == 1) { /* what a process says has been promised by then */
    note(MARK, 0, 0, 0, &(struct iovec){(void *)bytes, length}, 1, length);
    return real_write(fd, bytes, length);
  }
  int what = still(fd);
  off_t at = what ? lseek(fd, 0, SEEK_CUR) : 0;
  if (what && is_full(fd, what, at + length)) return -1;
  ssize_t done = real_write(fd, bytes, length);
  if (what) wrote(fd, done, at, &(struct iovec){(void *)bytes, length}, 1);
  return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev, writev_t);
  ENTER;
  int what = still(fd);
  off_t at = what ? lseek(fd, 0, SEEK_CUR) : 0;
  if (what && is_full(fd, what, at + total(parts, count))) return -1;
  ssize_t done = real_writev(fd, parts, count);
  if (what) wrote(fd, done, at, parts, count);
  return done;
}

#define FTRUNCATE(symbol)                                                 \
  int symbol(int fd, off_t size) {                                        \
    REAL(symbol, truncate_t);                                             \
    ENTER;                                                                \
    int what = kind(fd);                                                  \
    if (what && is_full(fd, what, size)) return -1;                       \
    int done = real_##symbol(fd, size);                                   \
    if (what && what != SHARED && done == 0) note(TRUNCATE, files[fd].file, size, 0, NULL, 0, 0); \
    return done;                                                          \
  }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

static int take_error(int by, int what) {
  uint32_t left = atomic_load(&head->sync_errors), kinds = atomic_load(&head->sync_kinds);
  if (kinds && !(kinds & what)) return 0;
  if (!atomic_load(&head->sync_error) || !(atomic_load(&head->sync_threads) & by)) return 0;
  while (left > 0)
    if (atomic_compare_exchange_weak(&head->sync_errors, &left, left - 1)) return atomic_load(&head->sync_error);
  return 0;
}

static int keep(int fd) {
  int by = thread();
  if (atomic_load(&head->lie) & by) return 0;
  uint64_t began = note(SYNC_BEGIN, files[fd].file, 0, 0, NULL, 0, 0);
  uint32_t wait = atomic_load(&head->sync_microseconds);
  if (wait) nanosleep(&(struct timespec){wait / 1000000, wait % 1000000 * 1000l}, NULL);
  int error = take_error(by, files[fd].kind);
  if (error) atomic_fetch_add(&head->failed, 1);
  if (files[fd].kind == OTHER) { /* whoever has it open hears of it once, as on Linux */
    uint32_t broken = error ? atomic_fetch_add(&head->broken, 1) + 1 : atomic_load(&head->broken);
    if (files[fd].told != broken) error = EIO;
    files[fd].told = broken;
  }
  note(SYNC_END, files[fd].file, began, error, NULL, 0, 0);
  errno = error;
  return error ? -1 : 0;
}

#define SYNC(symbol)                                                      \
  int symbol(int fd) {                                                    \
    REAL(symbol, fd_t);                                                   \
    ENTER;                                                                \
    int what = kind(fd);                                                  \
    return what && what != SHARED ? keep(fd) : real_##symbol(fd);         \
  }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
  REAL(unlink, path_t);
  ENTER;
  const char *name = ours(path);
  int done = real_unlink(path);
  if (done == 0 && name && kind_of(name) != SHARED) note_names(UNLINK, 0, name, NULL);
  return done;
}

int link(const char *from, const char *to) {
  REAL(link, paths_t);
  ENTER;
  const char *old = ours(from), *name = ours(to);
  int done = real_link(from, to);
  if (done == 0 && old && name) note_names(LINK, 0, old, name);
  return done;
}

int rename(const char *from, const char *to) {
  REAL(rename, paths_t);
  ENTER;
  const char *old = ours(from), *name = ours(to);
  int done = real_rename(from, to);
  if (done == 0 && old && name) note_names(RENAME, 0, old, name);
  return done;
}
