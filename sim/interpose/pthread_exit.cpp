// pthread_exit(): the thread's functions are left one by one, destructors and cleanups run on the way.
#include <pthread.h>
#include <setjmp.h>
#include <unwind.h>

#include "sim/interpose/hooks.h"

namespace lockstep::interpose {
namespace {

/// Goes on in the innermost cleanup of C when it belongs to a frame that is about to be left.
void enter_cleanup(Thread& me, std::uintptr_t end_of_frame) {
  if (me.cleanups.empty() || reinterpret_cast<std::uintptr_t>(me.cleanups.back()) >= end_of_frame) {
    return;
  }
  auto* where = static_cast<__pthread_unwind_buf_t*>(me.cleanups.back());
  me.cleanups.pop_back();
  longjmp(reinterpret_cast<__jmp_buf_tag*>(where->__cancel_jmp_buf), 1);  // NOLINT: the ABI of C's cleanups
}

_Unwind_Reason_Code leave_frame(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
                                _Unwind_Context* context, void* result) {
  const bool at_end = (actions & _UA_END_OF_STACK) != 0;
  enter_cleanup(*kernel->me, at_end ? UINTPTR_MAX : _Unwind_GetCFA(context));
  if (at_end) {
    kernel->in_program = false;
    finish_thread(result);
  }
  return _URC_NO_REASON;
}

[[noreturn]] void leave_thread(void* result) {
  Thread& me = *kernel->me;
  static_assert(sizeof(_Unwind_Exception) <= sizeof me.unwinding);
  __builtin_memset(me.unwinding, 0, sizeof me.unwinding);
  _Unwind_ForcedUnwind(reinterpret_cast<_Unwind_Exception*>(me.unwinding), &leave_frame, result);
  enter_cleanup(me, UINTPTR_MAX);
  kernel->in_program = false;
  finish_thread(result);
}

}  // namespace
}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

extern "C" {

void pthread_exit(void* result) {
  if (!modelled()) {
    refuse("pthread_exit() before main");
  }
  kernel->me->result = result;
  leave_thread(result);
}

// pthread_cleanup_push() of C, which C++ does with a destructor.

void __pthread_register_cancel(__pthread_unwind_buf_t* where) {
  if (modelled()) {
    const Inside inside;
    kernel->me->cleanups.push_back(where);
  }
}

void __pthread_unregister_cancel(__pthread_unwind_buf_t*) {
  if (modelled() && !kernel->me->cleanups.empty()) {
    kernel->me->cleanups.pop_back();
  }
}

void __pthread_unwind_next(__pthread_unwind_buf_t*) {
  leave_thread(kernel->me->result);
}

int pthread_setcancelstate(int, int* before) {
  if (before != nullptr) {
    *before = PTHREAD_CANCEL_ENABLE;
  }
  return 0;
}

int pthread_setcanceltype(int, int* before) {
  if (before != nullptr) {
    *before = PTHREAD_CANCEL_DEFERRED;
  }
  return 0;
}

void pthread_testcancel() {}

}  // extern "C"
