// Ending fibers before their time, so that their destructors run and nothing leaks.
#include <algorithm>
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
  let_others(me);
}

/// A scheduling point of a fiber that is being unwound: it goes on at once, as in a destructor it must; what
/// still turns after many of them is no destructor.
void Engine::stopping_point(Fiber& me) {
  constexpr std::uint32_t kDestructorPoints = kStopAttempts / 4;
  if (me.stop_attempts < kDestructorPoints) {
    ++me.stop_attempts;
  } else {
    on_stop(me);
  }
}

void Engine::begin_stop(Fiber& fiber) {
  fiber.stopping = true;
  order::look_away(fiber.info);
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

void Engine::stop_fibers(Lane lane, std::string_view name) {
  for (Fiber& fiber : records_) {
    if (fiber.state != FiberState::kFree && fiber.lane == lane && fiber.name == name && &fiber != current_) {
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
  if (alive_ == 0) {
    return;
  }
  live_exceptions_ = live_exception_state();
  adopt_thread(loop_info_);
  looping_ = true;
  Strategy* const strategy = leave_strategy();
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
  runnable_.clear();
  for (Fiber& fiber : records_) {
    if (fiber.state != FiberState::kFree) {
      ended_abandoned_ = true;
      reap(fiber);
    }
  }
  policy_ = policy;
  strategy_ = strategy;
  looping_ = false;
}

/// Takes all fibers out of the strategy's hands, whose run is over, and returns it.
Strategy* Engine::leave_strategy() {
  Strategy* const strategy = std::exchange(strategy_, nullptr);
  if (strategy != nullptr) {
    while (!strategy->ready().empty()) {
      Fiber& fiber = *strategy->ready().back();
      strategy->remove(fiber);
      runnable_.push(&fiber);
    }
  }
  return strategy;
}

void Engine::set_strategy(Strategy* strategy) {
  LOCKSTEP_ASSERT_MSG(alive_ == 0, "a strategy takes over only where no fiber runs");
  strategy_ = strategy;
}

void Engine::hand_over_to(Strategy& strategy) {
  LOCKSTEP_ASSERT_MSG(!looping_, "a strategy takes over between runs of the engine");
  std::vector<Fiber*> ready;
  if (strategy_ == nullptr) {
    while (runnable_.size() != 0) {
      ready.push_back(runnable_.take(0));
    }
  } else {
    ready = strategy_->ready();
    for (Fiber* fiber : ready) {
      strategy_->remove(*fiber);
    }
  }
  std::vector<Fiber*> alive;
  for (Fiber& fiber : records_) {
    if (fiber.state != FiberState::kFree) {
      alive.push_back(&fiber);
    }
  }
  std::sort(alive.begin(), alive.end(), [](const Fiber* a, const Fiber* b) { return a->id < b->id; });
  strategy.begin_run();
  strategy_ = &strategy;
  for (Fiber* fiber : alive) {
    strategy.spawned(nullptr, *fiber);
  }
  for (Fiber* fiber : ready) {
    strategy.add(*fiber);
  }
}

void Engine::reset() {
  LOCKSTEP_ASSERT_MSG(!looping_, "reset() may not be called by fibers or events");
  run_out();
  if (now_ != Time{} || events_.size() != 0) {
    events_.clear();
    turn_choices_ = ChoiceStream(choices_, ChoiceDomain::kSchedule, 0, 0);
    wake_choices_ = ChoiceStream(choices_, ChoiceDomain::kWakeUp, 0, 0);
    timer_choices_ = ChoiceStream(choices_, ChoiceDomain::kTimer, 0, 0);
  }
  now_ = Time{};
  trace_.reset();
  turns_ = 0;
  next_id_ = 1;
  objects_ = 0;
  halt_ = false;
  failure_.reset();
}

void Engine::join(FiberRef ref) {
  if (!alive(ref)) {
    if (ref.fiber != nullptr) {
      order::acquire(ref.fiber);
    }
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
  me.op = Operation{OpKind::kJoin, MemoryOrder::kSeqCst, 0, 0};
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
  order::acquire(target);
}

}  // namespace lockstep::sim
