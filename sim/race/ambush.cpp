// Who stops where, and who comes meanwhile.
#include "sim/race/ambush.h"

namespace lockstep::race {
namespace {

/// Above all random priorities, in this order: who goes before, who is stopped, who comes meanwhile.
constexpr std::uint64_t kBefore = ~std::uint64_t{0};
constexpr std::uint64_t kStopped = kBefore - 1;
constexpr std::uint64_t kComes = kBefore - 3;
/// Between the one that comes and everybody else.
constexpr std::uint64_t kAfter = kBefore - 5;
constexpr std::uint64_t kDemoted = std::uint64_t{1} << 62;

}  // namespace

std::uint32_t Ambush::draw_thread() {
  const auto& roles = profile_.roles();
  const std::vector<std::uint32_t>& role = roles[static_cast<std::size_t>(draw(roles.size()))];
  return role[static_cast<std::size_t>(draw(role.size()))];
}

Ambush::Actor Ambush::draw_actor(bool stops) {
  Actor actor;
  actor.thread = draw_thread();
  actor.stop = stops ? 1 + draw(profile_.shared_accesses_by(actor.thread)) : 0;
  return actor;
}

void Ambush::begin() {
  SeededStrategy::begin();
  actors_ = {};
  before_ = kNobody;
  if (!profile_.roles().empty()) {
    actors_[0] = draw_actor(true);
    actors_[1] = draw_actor(draw(4) == 0);
    before_ = draw(3) == 0 ? draw_thread() : kNobody;
  }
  priorities_.clear();
  lowest_ = kDemoted;
}

void Ambush::spawned(const sim::Fiber* /*parent*/, sim::Fiber& child) {
  const std::uint32_t index = index_of(child);
  priorities_.resize(index + 1);
  std::uint64_t priority = draw_priority() & ~(std::uint64_t{1} << 62);
  if (index == actors_[1].thread) {
    priority = kComes;
  }
  if (index == actors_[0].thread) {
    priority = kStopped;
  }
  if (index == before_) {
    priority = kBefore;
  }
  priorities_[index] = priority;
}

void Ambush::added(sim::Fiber& fiber) {
  fibers_.set(index_of(fiber), fiber);
  ready_by_priority_.set(index_of(fiber), priorities_[index_of(fiber)]);
}

void Ambush::removed(sim::Fiber& fiber) {
  ready_by_priority_.set(index_of(fiber), 0);
}

void Ambush::set_priority(const sim::Fiber& fiber, std::uint64_t priority) {
  priorities_[index_of(fiber)] = priority;
  ready_by_priority_.set(index_of(fiber), priority);
}

void Ambush::grow_impatient() {
  set_priority(*last(), --lowest_);
}

sim::Fiber& Ambush::choose() {
  if (last() != nullptr && last()->op.kind == sim::OpKind::kYield) {
    set_priority(*last(), --lowest_);
  }
  sim::Fiber* chosen = &fibers_[ready_by_priority_.top()];
  for (Actor& actor : actors_) {
    if (actor.stop != 0 && index_of(*chosen) == actor.thread && actor.done + 1 >= actor.stop &&
        profile_.is_shared(chosen->op.object)) {
      actor.stop = 0;
      set_priority(*chosen, draw(2) == 0 ? kAfter : --lowest_);
      chosen = &fibers_[ready_by_priority_.top()];
    }
  }
  return *chosen;
}

void Ambush::executes(sim::Fiber& fiber) {
  for (Actor& actor : actors_) {
    if (index_of(fiber) == actor.thread && profile_.is_shared(fiber.op.object)) {
      ++actor.done;
    }
  }
}

}  // namespace lockstep::race
