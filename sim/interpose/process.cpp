// How the program ends: exit, abort, broken assertions, uncaught exceptions, crashes.
#include <cxxabi.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <typeinfo>

#include "sim/interpose/hooks.h"
#include "sim/interpose/process.h"

extern "C" void* __dso_handle;

namespace lockstep::interpose {
namespace {

constexpr std::size_t kSignalStack = 64 * 1024;

std::string hexadecimal(std::uintptr_t address) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%lx", static_cast<unsigned long>(address));
  return text;
}

std::string current_exception() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) {
    return "";
  }
  int status = 0;
  char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  std::string text = name == nullptr ? type->name() : name;
  try {
    throw;
  } catch (const std::exception& error) {
    text += std::string(": ") + error.what();
  } catch (...) {
    text += "";
  }
  return text;
}

[[noreturn]] void on_terminate() {
  if (kernel->running && !kernel->in_program) {
    die("the program did something else when it was run again: it depends on what is not controlled");
  }
  if (!modelled()) {
    die("std::terminate() was called before main");
  }
  kernel->in_program = false;
  const std::string exception = current_exception();
  if (exception.empty()) {
    report("abort", "std::terminate() was called", nullptr);
  }
  report("exception", "nobody caught " + exception, nullptr);
}

void on_crash(int number, siginfo_t* info, void*) {
  const bool inside = kernel->running && kernel->me != nullptr;
  if (!inside) {
    signal(number, SIG_DFL);
    return;
  }
  kernel->in_program = false;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (number == SIGSEGV && in_guard(address)) {
    report("stack overflow", "its stack is used up", nullptr);
  }
  std::string sentence = std::string("SIG") + sigabbrev_np(number);
  if (number == SIGSEGV || number == SIGBUS) {
    sentence += address < 4096 ? " at the null pointer" : " at " + hexadecimal(address);
  }
  report("crash", sentence, nullptr);
}

/// The schedule and its operations at the last look: a thread that calls nothing of ours never ends a
/// schedule.
struct Look {
  std::uint64_t schedule = 0;
  std::uint64_t steps = UINT64_MAX;
  std::uint32_t accesses = 0;
};

void on_timer(int) {
  Look& last = *static_cast<Look*>(kernel->last_look);
  if (!kernel->running || kernel->me == nullptr) {
    return;
  }
  const Look now{kernel->schedule, kernel->steps, kernel->me->quiet};
  const bool same = now.schedule == last.schedule && now.steps == last.steps && now.accesses == last.accesses;
  last = now;
  if (same && kernel->in_program) {
    kernel->in_program = false;
    report("livelock", "it has been running for seconds without touching anything that others could change",
           nullptr);
  }
}

/// Threads that are still at work go on while the program ends, and see what is destroyed.
void let_others_run(const void* pc) {
  if (kernel->live_count > 1) {
    point(OpKind::kOther, 0, pc);
  }
}

}  // namespace

void watch_process() {
  std::set_terminate(&on_terminate);
  kernel->last_look = new Look;
  stack_t stack{};
  stack.ss_sp = mmap(nullptr, kSignalStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack.ss_size = kSignalStack;
  sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_sigaction = &on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) {
    sigaction(number, &action, nullptr);
  }
  action.sa_flags = SA_ONSTACK | SA_NODEFER | SA_RESTART;
  action.sa_handler = &on_timer;
  sigaction(SIGVTALRM, &action, nullptr);
  const itimerval every{{2, 0}, {2, 0}};
  setitimer(ITIMER_VIRTUAL, &every, nullptr);
}

void leave_program(int status, const void* pc) {
  kernel->in_program = false;
  if (status != 0 && !kernel->request.alone) {
    report("exit", "ends the program with status " + std::to_string(status), pc);
  }
  while (!kernel->at_exit.empty()) {
    const Cleanup cleanup = kernel->at_exit.back();
    kernel->at_exit.pop_back();
    let_others_run(pc);
    const Outside outside;
    cleanup.run(cleanup.argument);
  }
  let_others_run(pc);
  if (kernel->request.leaks) {
    look_for_leaks();
  }
  kernel->exit_status = status;
  end_schedule();
}

}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

#define LOCKSTEP_PC __builtin_return_address(0)

extern "C" {

int __cxa_atexit(void (*run)(void*), void* argument, void* module) noexcept {
  // Before our first look the shared libraries register theirs; those are run by whoever ends the process.
  if (kernel != nullptr && kernel->in_program) {
    const Inside inside;
    kernel->at_exit.push_back({run, argument, module});
  }
  return 0;
}

void exit(int status) {
  if (!modelled()) {
    _exit(status);
  }
  leave_program(status, LOCKSTEP_PC);
}

void quick_exit(int status) noexcept {
  if (!modelled()) {
    _exit(status);
  }
  kernel->at_exit.clear();
  leave_program(status, LOCKSTEP_PC);
}

void _exit(int status) {
  if (modelled()) {
    kernel->at_exit.clear();
    kernel->in_program = false;
    if (status != 0 && !kernel->request.alone) {
      report("exit", "ends the program with status " + std::to_string(status), LOCKSTEP_PC);
    }
    kernel->exit_status = status;
    end_schedule();
  }
  for (;;) {
    asm volatile("syscall" : : "a"(SYS_exit_group), "D"(status) : "rcx", "r11", "memory");
  }
}

void _Exit(int status) noexcept {
  _exit(status);
}

void abort() noexcept {
  if (!modelled()) {
    signal(SIGABRT, SIG_DFL);
    kill(getpid(), SIGABRT);
    _exit(134);
  }
  kernel->in_program = false;
  report("abort", "abort() was called", LOCKSTEP_PC);
}

void __assert_fail(const char* condition, const char* file, unsigned line, const char* function) noexcept {
  if (!modelled()) {
    dprintf(2, "%s:%u: %s: assertion failed: %s\n", file, line, function, condition);
    _exit(134);
  }
  kernel->in_program = false;
  const char* slash = std::strrchr(file, '/');
  report("assertion",
         std::string(condition) + " does not hold, at " + (slash == nullptr ? file : slash + 1) + ":" +
             std::to_string(line),
         LOCKSTEP_PC);
}

}  // extern "C"
