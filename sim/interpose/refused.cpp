// Calls that are not modelled: the program is refused by the name of the first that it makes.
#include <dlfcn.h>
#include <errno.h>

#include "sim/interpose/hooks.h"

namespace lockstep::interpose {
namespace {

/// Libraries may call these while they are loaded; inside a schedule the program has asked.
long not_modelled(const char* name) {
  if (modelled()) {
    kernel->in_program = false;
    refuse(name);
  }
  errno = ENOSYS;
  return -1;
}

/// The C library's own, for the runtime and for libraries that are being loaded.
long call_real(const char* name, long a, long b, long c) {
  using Function = long (*)(long, long, long);
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name))(a, b, c);
}

}  // namespace
}  // namespace lockstep::interpose

// Their true parameters do not matter: nothing comes back from them inside a schedule.
#define LOCKSTEP_REFUSED(name)                            \
  long refused_##name() asm(#name);                       \
  long refused_##name() {                                 \
    return lockstep::interpose::not_modelled(#name "()"); \
  }

#define LOCKSTEP_REFUSED_INSIDE(name)                       \
  long refused_##name(long a, long b, long c) asm(#name);   \
  long refused_##name(long a, long b, long c) {             \
    if (lockstep::interpose::modelled()) {                  \
      return lockstep::interpose::not_modelled(#name "()"); \
    }                                                       \
    return lockstep::interpose::call_real(#name, a, b, c);  \
  }

extern "C" {

LOCKSTEP_REFUSED_INSIDE(signal)
LOCKSTEP_REFUSED_INSIDE(sigaction)
LOCKSTEP_REFUSED_INSIDE(kill)
LOCKSTEP_REFUSED_INSIDE(setitimer)

LOCKSTEP_REFUSED(fork)
LOCKSTEP_REFUSED(vfork)
LOCKSTEP_REFUSED(clone)
LOCKSTEP_REFUSED(execve)
LOCKSTEP_REFUSED(execv)
LOCKSTEP_REFUSED(execvp)
LOCKSTEP_REFUSED(execl)
LOCKSTEP_REFUSED(execlp)
LOCKSTEP_REFUSED(system)
LOCKSTEP_REFUSED(popen)
LOCKSTEP_REFUSED(posix_spawn)
LOCKSTEP_REFUSED(posix_spawnp)
LOCKSTEP_REFUSED(wait)
LOCKSTEP_REFUSED(waitpid)
LOCKSTEP_REFUSED(ptrace)
LOCKSTEP_REFUSED(raise)
LOCKSTEP_REFUSED(sigqueue)
LOCKSTEP_REFUSED(sigwait)
LOCKSTEP_REFUSED(sigsuspend)
LOCKSTEP_REFUSED(pause)
LOCKSTEP_REFUSED(alarm)
LOCKSTEP_REFUSED(timer_create)
LOCKSTEP_REFUSED(timerfd_create)
LOCKSTEP_REFUSED(signalfd)
LOCKSTEP_REFUSED(eventfd)
LOCKSTEP_REFUSED(socket)
LOCKSTEP_REFUSED(socketpair)
LOCKSTEP_REFUSED(accept)
LOCKSTEP_REFUSED(connect)
LOCKSTEP_REFUSED(bind)
LOCKSTEP_REFUSED(listen)
LOCKSTEP_REFUSED(poll)
LOCKSTEP_REFUSED(ppoll)
LOCKSTEP_REFUSED(select)
LOCKSTEP_REFUSED(pselect)
LOCKSTEP_REFUSED(epoll_create)
LOCKSTEP_REFUSED(epoll_create1)
LOCKSTEP_REFUSED(inotify_init)
LOCKSTEP_REFUSED(pipe)
LOCKSTEP_REFUSED(pipe2)
LOCKSTEP_REFUSED(mkfifo)
LOCKSTEP_REFUSED(shm_open)
LOCKSTEP_REFUSED(mq_open)
LOCKSTEP_REFUSED(swapcontext)
LOCKSTEP_REFUSED(makecontext)
LOCKSTEP_REFUSED(pthread_cancel)
LOCKSTEP_REFUSED(pthread_kill)
LOCKSTEP_REFUSED(dlopen)

}  // extern "C"
