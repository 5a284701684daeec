/*
 * A layer between a process and its files, for LD_PRELOAD: fails the n-th call of a kind below a folder, or writes down every change
 * of a file in the order in which it happened, with what was synced.
 *
 * FAULT_ROOT   the folder; calls about other files go through
 * FAULT_CALL   write, fsync or rename: the calls to count, and
 * FAULT_AT     from which on, counted from 1, FAULT_TIMES of them fail with FAULT_ERRNO
 * FAULT_COUNT  a file that gets the number of such calls when the process ends
 * FAULT_LOG    a file that gets the changes: see changes.ts
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) real_##name
#define LOOK(name) (REAL(name) ? (void)0 : (void)(REAL(name) = dlsym(RTLD_NEXT, #name)))

static int (*real_open64)(const char *, int, ...);
static int (*real_openat64)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev64)(int, const struct iovec *, int, off64_t);
static int (*real_ftruncate64)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_mkdir)(const char *, mode_t);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t owner;
static char root[PATH_MAX];
static const char *call;
static long at, times_, code, counted;
static const char *count_file;
static int log_fd = -1;

/* the path of each descriptor that lies below the folder */
#define MOST 65536
static char *paths[MOST];

__attribute__((constructor)) static void begin(void) {
  LOOK(open64); LOOK(openat64); LOOK(close); LOOK(write); LOOK(pwrite64); LOOK(writev); LOOK(pwritev64); LOOK(ftruncate64);
  LOOK(fsync); LOOK(fdatasync); LOOK(rename); LOOK(unlink); LOOK(unlinkat); LOOK(mkdir);
  owner = getpid();
  const char *folder = getenv("FAULT_ROOT");
  if (folder == NULL || realpath(folder, root) == NULL) root[0] = 0;
  call = getenv("FAULT_CALL");
  at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
  times_ = getenv("FAULT_TIMES") ? atol(getenv("FAULT_TIMES")) : 1;
  code = getenv("FAULT_ERRNO") ? atol(getenv("FAULT_ERRNO")) : EIO;
  count_file = getenv("FAULT_COUNT");
  const char *log = getenv("FAULT_LOG");
  if (log != NULL) log_fd = REAL(open64)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

__attribute__((destructor)) static void end(void) {
  if (count_file == NULL || getpid() != owner) return;
  FILE *file = fopen(count_file, "w");
  if (file == NULL) return;
  fprintf(file, "%ld\n", counted);
  fclose(file);
}

/* the whole path of a file below the folder; NULL of any other */
static char *below(int folder, const char *path) {
  if (root[0] == 0) return NULL;
  char whole[PATH_MAX * 2], name[PATH_MAX];
  if (path[0] == '/') snprintf(whole, sizeof whole, "%s", path);
  else if (folder == AT_FDCWD) {
    if (getcwd(name, sizeof name) == NULL) return NULL;
    snprintf(whole, sizeof whole, "%s/%s", name, path);
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length < 0) return NULL;
    name[length] = 0;
    snprintf(whole, sizeof whole, "%s/%s", name, path);
  }
  size_t length = strlen(root);
  if (strncmp(whole, root, length) != 0 || (whole[length] != '/' && whole[length] != 0)) return NULL;
  return strdup(whole[length] == 0 ? "/" : whole + length);
}

/* -1 with errno set where this call is to fail; the lock is held */
static int fails(const char *kind) {
  if (call == NULL || strcmp(call, kind) != 0) return 0;
  counted++;
  if (at == 0 || counted < at || counted >= at + times_) return 0;
  errno = (int)code;
  return -1;
}

static void put(const void *bytes, size_t length) {
  const char *next = bytes;
  while (length > 0) {
    ssize_t done = REAL(write)(log_fd, next, length);
    if (done <= 0) abort();
    next += done;
    length -= (size_t)done;
  }
}

/* one change: a line `kind offset length path [to]`, separated by tabs, and `length` bytes where it is a write */
static void note(char kind, const char *path, off64_t offset, const void *bytes, size_t length, const char *to) {
  if (log_fd < 0 || path == NULL) return;
  char line[PATH_MAX * 2 + 64];
  int size = snprintf(line, sizeof line, "%c\t%lld\t%zu\t%s\t%s\n", kind, (long long)offset, length, path, to == NULL ? "" : to);
  put(line, (size_t)size);
  if (bytes != NULL) put(bytes, length);
}

static const char *path_of(int fd) { return fd >= 0 && fd < MOST ? paths[fd] : NULL; }

static int opened(int folder, const char *path, int flags, mode_t mode, int at_) {
  char *name = below(folder, path);
  if (name == NULL) return at_ ? REAL(openat64)(folder, path, flags, mode) : REAL(open64)(path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat64 before;
  int there = fstatat64(folder, path, &before, 0) == 0;
  int fd = at_ ? REAL(openat64)(folder, path, flags, mode) : REAL(open64)(path, flags, mode);
  int kept = errno;
  if (fd >= 0 && fd < MOST) {
    free(paths[fd]);
    paths[fd] = name;
    if (!there && (flags & O_CREAT)) note('c', name, 0, NULL, 0, NULL);
    else if (there && (flags & O_TRUNC) && before.st_size > 0) note('t', name, 0, NULL, 0, NULL);
  } else free(name);
  pthread_mutex_unlock(&lock);
  errno = kept;
  return fd;
}

#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode, 0); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode, 0); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode, 1); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode, 1); }

int close(int fd) {
  pthread_mutex_lock(&lock);
  if (path_of(fd) != NULL) {
    free(paths[fd]);
    paths[fd] = NULL;
  }
  pthread_mutex_unlock(&lock);
  return REAL(close)(fd);
}

/* renamed files that are still open go by their new name */
static void moved(const char *from, const char *to) {
  for (int fd = 0; fd < MOST; fd++)
    if (paths[fd] != NULL && strcmp(paths[fd], from) == 0) {
      free(paths[fd]);
      paths[fd] = strdup(to);
    }
}

static ssize_t written(int fd, const struct iovec *parts, int count, off64_t offset) {
  pthread_mutex_lock(&lock);
  ssize_t done = -1;
  if (fails("write") == 0) {
    off64_t place = offset;
    if (place < 0) {
      int flags = fcntl(fd, F_GETFL);
      struct stat64 state;
      place = (flags & O_APPEND) && fstat64(fd, &state) == 0 ? state.st_size : lseek64(fd, 0, SEEK_CUR);
    }
    done = offset < 0 ? REAL(writev)(fd, parts, count) : REAL(pwritev64)(fd, parts, count, offset);
    int kept = errno;
    size_t left = done > 0 ? (size_t)done : 0;
    for (int i = 0; i < count && left > 0; i++) {
      size_t length = parts[i].iov_len < left ? parts[i].iov_len : left;
      note('w', path_of(fd), place, parts[i].iov_base, length, NULL);
      place += (off64_t)length;
      left -= length;
    }
    errno = kept;
  }
  int kept = errno;
  pthread_mutex_unlock(&lock);
  errno = kept;
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (path_of(fd) == NULL) return REAL(write)(fd, bytes, length);
  struct iovec part = { (void *)bytes, length };
  return written(fd, &part, 1, -1);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  if (path_of(fd) == NULL) return REAL(pwrite64)(fd, bytes, length, offset);
  struct iovec part = { (void *)bytes, length };
  return written(fd, &part, 1, offset);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  return path_of(fd) == NULL ? REAL(writev)(fd, parts, count) : written(fd, parts, count, -1);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  return path_of(fd) == NULL ? REAL(pwritev64)(fd, parts, count, offset) : written(fd, parts, count, offset);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return pwritev64(fd, parts, count, offset); }

int ftruncate64(int fd, off64_t length) {
  if (path_of(fd) == NULL) return REAL(ftruncate64)(fd, length);
  pthread_mutex_lock(&lock);
  int done = REAL(ftruncate64)(fd, length);
  if (done == 0) note('t', path_of(fd), length, NULL, 0, NULL);
  pthread_mutex_unlock(&lock);
  return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, int (*real)(int)) {
  if (path_of(fd) == NULL) return real(fd);
  pthread_mutex_lock(&lock);
  /* nothing here survives a power cut, so that the log says all: the disk need not be waited for */
  int done = fails("fsync") == 0 ? (log_fd < 0 ? real(fd) : 0) : -1;
  int kept = errno;
  if (done == 0) note('s', path_of(fd), 0, NULL, 0, NULL);
  pthread_mutex_unlock(&lock);
  errno = kept;
  return done;
}
int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

int rename(const char *from, const char *to) {
  char *old = below(AT_FDCWD, from), *new = below(AT_FDCWD, to);
  pthread_mutex_lock(&lock);
  int done = old != NULL && fails("rename") != 0 ? -1 : REAL(rename)(from, to);
  int kept = errno;
  if (done == 0 && old != NULL && new != NULL) {
    note('r', old, 0, NULL, 0, new);
    moved(old, new);
  }
  pthread_mutex_unlock(&lock);
  free(old);
  free(new);
  errno = kept;
  return done;
}

static int removed(int folder, const char *path, int flags, int at_) {
  char *name = below(folder, path);
  pthread_mutex_lock(&lock);
  int done = at_ ? REAL(unlinkat)(folder, path, flags) : REAL(unlink)(path);
  int kept = errno;
  if (done == 0) note('u', name, 0, NULL, 0, NULL);
  pthread_mutex_unlock(&lock);
  free(name);
  errno = kept;
  return done;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0, 0); }
int unlinkat(int folder, const char *path, int flags) { return removed(folder, path, flags, 1); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR, 1); }
int remove(const char *path) {
  int done = removed(AT_FDCWD, path, 0, 0);
  return done != 0 && (errno == EISDIR || errno == EPERM) ? rmdir(path) : done;
}

int mkdir(const char *path, mode_t mode) {
  char *name = below(AT_FDCWD, path);
  pthread_mutex_lock(&lock);
  int done = REAL(mkdir)(path, mode);
  int kept = errno;
  if (done == 0) note('m', name, 0, NULL, 0, NULL);
  pthread_mutex_unlock(&lock);
  free(name);
  errno = kept;
  return done;
}
