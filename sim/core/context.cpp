// The switch itself: assembly, the sanitizers' annotations and the exception globals.
#include "sim/core/context.h"

#include <cxxabi.h>

#include <boost/context/detail/fcontext.hpp>

#if defined(__SANITIZE_ADDRESS__)
#define LOCKSTEP_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOCKSTEP_ASAN 1
#endif
#endif

#ifdef LOCKSTEP_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef LOCKSTEP_TSAN
#include <sanitizer/tsan_interface.h>

#include "sim/core/order.h"
#endif

// Boost.Context's switch also saves the control words of both floating-point units, which nothing here ever
// changes; on x86-64 that is half of its cost and a fifth of a whole turn's. So plain x86-64 builds switch by
// the ten instructions below, and sanitized builds and other machines by Boost.Context.
#if defined(__x86_64__) && !defined(LOCKSTEP_ASAN) && !defined(LOCKSTEP_TSAN)
#define LOCKSTEP_SHORT_SWITCH 1
#endif

// The frames around a switch stay on the real stack: a dying fiber's fake frames are gone before the other
// side has read what it was handed.
#define LOCKSTEP_REAL_FRAME __attribute__((no_sanitize("address")))

#ifdef LOCKSTEP_SHORT_SWITCH

// lockstep_switch(save, to): pushes what the ABI makes the callee keep, stores the stack pointer to *save and
// goes on where `to` was saved. It leaves by a jump: the return predictor belongs to the other context.
// lockstep_begin is where a new context goes on: it calls the function in rbp with the argument in rbx.
asm(R"(
  .text
  .p2align 4
  .globl lockstep_switch
  .hidden lockstep_switch
  .type lockstep_switch, @function
lockstep_switch:
  endbr64
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  popq %rcx
  jmpq *%rcx
  .size lockstep_switch, .-lockstep_switch
  .globl lockstep_begin
  .hidden lockstep_begin
  .type lockstep_begin, @function
lockstep_begin:
  .cfi_startproc
  .cfi_undefined rip
  endbr64
  movq %rbx, %rdi
  movq %rbp, %rax
  xorl %ebp, %ebp
  callq *%rax
  ud2
  .cfi_endproc
  .size lockstep_begin, .-lockstep_begin
)");
extern "C" void lockstep_switch(void** save, void* to);
extern "C" void lockstep_begin();

#endif

namespace lockstep::sim {
#ifndef LOCKSTEP_SHORT_SWITCH
namespace {
using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

/// What the context that is left tells the one that goes on.
struct Handover {
  Context* from;
  ContextInfo* from_info;
  ContextInfo* to_info;
};

/// Runs on the side that goes on, whether it resumes or begins.
LOCKSTEP_REAL_FRAME inline void arrive(const transfer_t& transfer, [[maybe_unused]] void* fake_stack) {
  const auto* handover = static_cast<const Handover*>(transfer.data);
  handover->from->stack_pointer = transfer.fctx;
#ifdef LOCKSTEP_ASAN
  const void* low = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(fake_stack, &low, &size);
  if (handover->from_info->stack_low == nullptr) {
    handover->from_info->stack_low = low;
    handover->from_info->stack_size = size;
  }
#endif
}

[[noreturn]] LOCKSTEP_REAL_FRAME void begin(transfer_t transfer) {
  ContextInfo* info = static_cast<const Handover*>(transfer.data)->to_info;
  arrive(transfer, nullptr);
  info->entry(info->argument);
  __builtin_trap();
}

}  // namespace
#endif

ExceptionState* live_exception_state() {
  return reinterpret_cast<ExceptionState*>(abi::__cxa_get_globals());
}

void make_context(Context& context, ContextInfo& info, void* low, std::size_t size, std::size_t colour,
                  void (*entry)(void* argument), void* argument) {
  context.exceptions = ExceptionState{};
  info.entry = entry;
  info.argument = argument;
  info.stack_low = low;
  info.stack_size = size;
  info.fake_stack = nullptr;
  char* top = static_cast<char*>(low) + size - colour;
#ifdef LOCKSTEP_SHORT_SWITCH
  // In the order in which lockstep_switch pops: r15, r14, r13, r12, rbx, rbp, where to go on. Two words stay
  // above: the stack is then aligned to 16 bytes there, as calls want it.
  auto* frame = reinterpret_cast<void**>(top) - 9;
  for (int i = 0; i < 9; ++i) {
    frame[i] = nullptr;
  }
  frame[4] = argument;
  frame[5] = reinterpret_cast<void*>(entry);
  frame[6] = reinterpret_cast<void*>(&lockstep_begin);
  context.stack_pointer = frame;
#else
  context.stack_pointer = make_fcontext(top, size - colour, &begin);
#endif
#ifdef LOCKSTEP_TSAN
  info.tsan_fiber = __tsan_create_fiber(0);
#endif
}

void adopt_thread([[maybe_unused]] ContextInfo& info) {
  info = ContextInfo{};
#ifdef LOCKSTEP_TSAN
  info.tsan_fiber = __tsan_get_current_fiber();
#endif
}

void drop_context([[maybe_unused]] ContextInfo& info) {
#ifdef LOCKSTEP_TSAN
  __tsan_destroy_fiber(info.tsan_fiber);
#endif
  info = ContextInfo{};
}

LOCKSTEP_REAL_FRAME void switch_context(Context& from, ContextInfo& from_info, Context& to,
                                        ContextInfo& to_info, ExceptionState& live,
                                        [[maybe_unused]] bool last) {
  from.exceptions = live;
  live = to.exceptions;
#ifdef LOCKSTEP_SHORT_SWITCH
  static_cast<void>(from_info);
  static_cast<void>(to_info);
  lockstep_switch(&from.stack_pointer, to.stack_pointer);
#else
  Handover handover{&from, &from_info, &to_info};
#ifdef LOCKSTEP_ASAN
  __sanitizer_start_switch_fiber(last ? nullptr : &from_info.fake_stack, to_info.stack_low,
                                 to_info.stack_size);
#endif
#ifdef LOCKSTEP_TSAN
  order::switch_to(from_info, to_info, last);
#endif
  const transfer_t transfer = jump_fcontext(to.stack_pointer, &handover);
  arrive(transfer, from_info.fake_stack);
#endif
}

}  // namespace lockstep::sim
