// Semaphores with a name: known in one schedule of one program only.
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>

#include <cstdarg>

#include "sim/interpose/hooks.h"

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

extern "C" {

sem_t* sem_open(const char* name, int flags, ...) noexcept {
  if (!modelled()) {
    refuse("sem_open() before main");
  }
  unsigned value = 0;
  if ((flags & O_CREAT) != 0) {
    va_list list;
    va_start(list, flags);
    static_cast<void>(va_arg(list, int));
    value = va_arg(list, unsigned);
    va_end(list);
  }
  sem_t* made = nullptr;
  {
    const Inside inside;
    const auto found = kernel->named_semaphores.find(name);
    if (found != kernel->named_semaphores.end()) {
      if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) {
        errno = EEXIST;
        return SEM_FAILED;
      }
      return static_cast<sem_t*>(found->second);
    }
    if ((flags & O_CREAT) == 0) {
      errno = ENOENT;
      return SEM_FAILED;
    }
    made = static_cast<sem_t*>(heap_allocate(sizeof(sem_t), 32));
    kernel->named_semaphores[name] = made;
  }
  sem_init(made, 0, value);
  return made;
}

int sem_close(sem_t*) noexcept {
  return 0;
}

int sem_unlink(const char* name) noexcept {
  const Inside inside;
  if (kernel->named_semaphores.erase(name) == 0) {
    errno = ENOENT;
    return -1;
  }
  return 0;
}

}  // extern "C"
