// What AddressSanitizer sees of fibers: dead blocks, dead stacks, leaks.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "sim/core/engine.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOCKSTEP_ASAN 1
#include <sanitizer/lsan_interface.h>
#endif
#endif

namespace lockstep::sim {
namespace {

#ifdef LOCKSTEP_ASAN

/// One fiber frees what another still reads.
void read_what_another_frees() {
  Choices choices(1);
  Engine::Options options;
  options.policy = Policy::kFifo;
  Engine engine(choices, options);
  auto block = std::make_unique<int>(7);
  const volatile int* borrowed = block.get();
  engine.spawn("reader", kWorldLane, [&] {
    engine.yield();
    static_cast<void>(*borrowed);
  });
  engine.spawn("pruner", kWorldLane, [&] { block.reset(); });
  engine.run();
}

/// On the real stack, as frames are in which nothing escapes.
__attribute__((no_sanitize("address"), noinline)) void leave_address(const volatile char** address) {
  volatile char local[64] = {};
  *address = const_cast<const volatile char*>(&local[8]);
}

void read_a_dead_stack() {
  Choices choices(1);
  Engine engine(choices);
  const volatile char* left = nullptr;
  const FiberRef first = engine.spawn("first", kWorldLane, [&] { leave_address(&left); });
  engine.spawn("second", kWorldLane, [&] {
    engine.join(first);
    engine.sleep_until(engine.now() + std::chrono::seconds(1));
    static_cast<void>(*left);
  });
  engine.run();
}

void leak_in_a_fiber() {
  Choices choices(1);
  Engine engine(choices);
  engine.spawn("leaker", kWorldLane, [] {
    volatile char* block = new char[100];
    block[0] = 1;
  });
  engine.run();
  __lsan_do_leak_check();
}

TEST(AddressSanitizer, tells_who_freed_what_another_fiber_reads) {
  EXPECT_DEATH(read_what_another_frees(),
               "heap-use-after-free.*READ of size 4.*freed by.*previously allocated");
}

TEST(AddressSanitizer, tells_a_use_of_an_ended_fibers_stack) {
  EXPECT_DEATH(read_a_dead_stack(), "use-after-poison");
}

TEST(AddressSanitizer, tells_leaks_of_fibers) {
  EXPECT_DEATH(leak_in_a_fiber(), "detected memory leaks.*100 byte");
}

#else

TEST(AddressSanitizer, sees_dead_blocks_dead_stacks_and_leaks) {
  GTEST_SKIP() << "only in builds with clang's AddressSanitizer (preset asan)";
}

#endif

}  // namespace
}  // namespace lockstep::sim
