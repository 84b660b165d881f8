/*
 * Stands between a process and the disk (LD_PRELOAD): every fsync and fdatasync begins so many microseconds later as SYNC_DELAY says.
 * The thread that syncs waits, as it would for a slow disk; nobody else does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static struct timespec delay;

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("SYNC_DELAY");
  long microseconds = text ? atol(text) : 0;
  delay.tv_sec = microseconds / 1000000;
  delay.tv_nsec = microseconds % 1000000 * 1000;
  real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
}

static void wait_a_little(void) {
  if (delay.tv_sec > 0 || delay.tv_nsec > 0) nanosleep(&delay, NULL);
}

int fsync(int file) {
  wait_a_little();
  return real_fsync(file);
}

int fdatasync(int file) {
  wait_a_little();
  return real_fdatasync(file);
}
