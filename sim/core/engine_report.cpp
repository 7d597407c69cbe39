// Telling what went wrong and who waits for whom.
#include <algorithm>
#include <exception>

#include "sim/core/engine.h"

namespace lockstep::sim {
namespace {

std::string seconds(Time time) {
  const std::int64_t total = nanoseconds(time);
  const std::string fraction = std::to_string(1'000'000'000 + total % 1'000'000'000).substr(1);
  return std::to_string(total / 1'000'000'000) + "." + fraction + " s";
}

std::string owner(Lane lane) {
  return lane == kWorldLane ? "world" : "node " + std::to_string(static_cast<std::uint32_t>(lane) - 1);
}

}  // namespace

const char* to_text(FailureKind kind) {
  switch (kind) {
    case FailureKind::kException:
      return "exception";
    case FailureKind::kDeadlock:
      return "deadlock";
    case FailureKind::kLivelock:
      return "livelock";
    case FailureKind::kMisuse:
      return "misuse";
    case FailureKind::kStackOverflow:
      return "stack overflow";
  }
  return "?";
}

const char* to_text(RunEnd end) {
  switch (end) {
    case RunEnd::kFinished:
      return "finished";
    case RunEnd::kTimeReached:
      return "time reached";
    case RunEnd::kStopped:
      return "stopped";
    case RunEnd::kDeadlock:
      return "deadlock";
    case RunEnd::kFailed:
      return "failed";
  }
  return "?";
}

std::string to_text(const Failure& failure) {
  return "at " + seconds(failure.time) + ", " + owner(failure.lane) + ", " + failure.fiber + ": " +
         to_text(failure.kind) + ": " + failure.what;
}

void Engine::record_failure(FailureKind kind, const Fiber* fiber, std::string what) {
  halt_ = true;
  turns_left_ = 0;
  if (failure_) {
    return;
  }
  const Lane lane = fiber == nullptr ? kWorldLane : fiber->lane;
  trace_.record(lane, TraceKind::kFailure, static_cast<std::uint64_t>(kind), choice_object(what));
  failure_ = Failure{kind, fiber == nullptr ? "event" : fiber->name, lane, now_, std::move(what)};
}

void Engine::fail(FailureKind kind, std::string what) {
  record_failure(kind, current_, std::move(what));
}

void Engine::fail_with_current_exception(const Fiber* fiber) noexcept {
  try {
    throw;
  } catch (const std::exception& error) {
    record_failure(FailureKind::kException, fiber, error.what());
  } catch (...) {
    record_failure(FailureKind::kException, fiber, "an exception that is no std::exception");
  }
}

std::string Engine::describe(const Waiting& waiting) const {
  std::string text = waiting.on;
  if (waiting.name != nullptr) {
    text += std::string(" ") + waiting.name;
  }
  if (waiting.holder != nullptr && *waiting.holder != nullptr && (*waiting.holder)->name != text) {
    text += ", held by " + (*waiting.holder)->name;
  }
  return text;
}

std::vector<ParkedFiber> Engine::parked() const {
  std::vector<ParkedFiber> found;
  for (const Fiber& fiber : records_) {
    if (fiber.state == FiberState::kParked) {
      found.push_back({fiber.id, fiber.name, fiber.lane, describe(*fiber.waiting)});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const ParkedFiber& a, const ParkedFiber& b) { return a.id < b.id; });
  return found;
}

std::string Engine::parked_report() const {
  std::string text;
  for (const ParkedFiber& fiber : parked()) {
    text += owner(fiber.lane) + ", " + fiber.fiber + " waits for " + fiber.waits_for + "\n";
  }
  return text;
}

/// Fails the run when `me`, about to wait, would close a circle of fibers that wait for one another.
void Engine::fail_if_circle(const Fiber& me, const Waiting& waiting) {
  if (waiting.holder == nullptr || *waiting.holder == nullptr ||
      ((*waiting.holder)->state != FiberState::kParked && *waiting.holder != &me)) {
    return;
  }
  std::string circle = me.name + " waits for " + describe(waiting);
  const Waiting* edge = &waiting;
  for (std::size_t steps = 0; steps <= alive_; ++steps) {
    const Fiber* holder = edge->holder == nullptr ? nullptr : *edge->holder;
    if (holder == &me) {
      record_failure(FailureKind::kDeadlock, &me, circle);
      return;
    }
    if (holder == nullptr || holder->state != FiberState::kParked) {
      return;
    }
    edge = holder->waiting;
    circle += "; " + holder->name + " waits for " + describe(*edge);
  }
}

}  // namespace lockstep::sim
