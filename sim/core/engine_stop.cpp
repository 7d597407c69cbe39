// Ending fibers before their time, so that their destructors run and nothing leaks.
#include <exception>
#include <utility>

#include "sim/core/engine.h"

namespace lockstep::sim {
namespace {

/// Unwinds a fiber. Not a std::exception: nobody's handler for errors should take it for one.
struct Stop {};

/// How often a fiber may meet a blocking call while it is unwound. Code that swallows Stop in a loop, or that
/// waits in a destructor for what will never come, is given up after that.
constexpr std::uint32_t kStopAttempts = 1000;

}  // namespace

void Engine::run_body(Fiber& fiber) noexcept {
  try {
    if (!fiber.stopping) {
      fiber.body();
    }
  } catch (const Stop&) {
    // The one who stopped it expects this; there is nothing to tell.
  } catch (...) {
    if (!fiber.stopping) {
      fail_with_current_exception(&fiber);
    }
  }
  fiber.body = nullptr;
}

/// Ends the turn of a fiber that is being unwound. Where throwing would terminate the process, the
/// others get a turn instead and the call returns as if woken without reason.
void Engine::on_stop(Fiber& me) {
  if (++me.stop_attempts > kStopAttempts) {
    end(me, false);
  }
  if (std::uncaught_exceptions() == 0) {
    throw Stop{};
  }
  me.state = FiberState::kRunnable;
  runnable_.push(&me);
  switch_away(me);
}

void Engine::begin_stop(Fiber& fiber) {
  fiber.stopping = true;
  if (fiber.state == FiberState::kParked) {
    wake(fiber);
  }
}

void Engine::stop_fiber(FiberRef ref) {
  LOCKSTEP_ASSERT_MSG(ref.fiber != current_ || current_ == nullptr, "a fiber cannot stop itself");
  if (alive(ref)) {
    begin_stop(*ref.fiber);
  }
}

void Engine::stop_fibers(Lane lane) {
  for (Fiber& fiber : records_) {
    if (fiber.state != FiberState::kFree && fiber.lane == lane && &fiber != current_) {
      begin_stop(fiber);
    }
  }
}

void Engine::unwind() {
  LOCKSTEP_ASSERT_MSG(!looping_, "unwind() may not be called by fibers or events");
  run_out();
}

/// Stops every fiber and gives turns until all have ended; what is left then waits for itself in a circle.
void Engine::run_out() {
  live_exceptions_ = live_exception_state();
  adopt_thread(loop_info_);
  looping_ = true;
  // The run is over: its ending is no part of the choices that somebody may want to replay.
  const Policy policy = std::exchange(policy_, Policy::kFifo);
  for (Fiber& fiber : records_) {
    if (fiber.state != FiberState::kFree) {
      begin_stop(fiber);
    }
  }
  // A failure while unwinding clears the budget of turns, but must not end the unwinding.
  const std::uint64_t before = turns_;
  while (runnable_.size() != 0 && turns_ - before < livelock_bound_) {
    turns_left_ = livelock_bound_ - (turns_ - before);
    give_turn();
  }
  runnable_ = Runnable{};
  for (Fiber& fiber : records_) {
    if (fiber.state != FiberState::kFree) {
      ended_abandoned_ = true;
      reap(fiber);
    }
  }
  policy_ = policy;
  looping_ = false;
}

void Engine::join(FiberRef ref) {
  if (!alive(ref)) {
    return;
  }
  if (current_ == nullptr) {
    LOCKSTEP_ASSERT_MSG(!looping_, "an event may not wait for a fiber");
    begin_stop(*ref.fiber);
    static_cast<void>(run_until(now_));
    return;
  }
  Fiber& me = *current_;
  LOCKSTEP_ASSERT_MSG(ref.fiber != &me, "a fiber cannot wait for its own end");
  Fiber* const target = ref.fiber;
  const Waiting waiting{"end of", target->name.c_str(), &target};
  while (alive(ref)) {
    if (!me.stopping) {
      fail_if_circle(me, waiting);
    } else if (!target->stopping) {
      begin_stop(*target);
    }
    target->joiners.push_back(me);
    me.queue = &target->joiners;
    block(me, waiting);
  }
}

}  // namespace lockstep::sim
