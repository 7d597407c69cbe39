// Who stops where, and who comes meanwhile.
#include "sim/race/ambush.h"

#include <algorithm>
#include <numeric>

namespace lockstep::race {
namespace {

/// Above all random priorities, in this order: who goes before, who is stopped, who comes meanwhile.
constexpr std::uint64_t kBefore = ~std::uint64_t{0};
constexpr std::uint64_t kStopped = kBefore - 1;
constexpr std::uint64_t kComes = kBefore - 3;
/// Between the one that comes and everybody else.
constexpr std::uint64_t kAfter = kBefore - 5;
constexpr std::uint64_t kDemoted = std::uint64_t{1} << 62;
/// Above those that yielded, below all others.
constexpr std::uint64_t kRisen = kDemoted + (std::uint64_t{1} << 61);
/// Among those that met, the favoured stand this much higher.
constexpr std::uint64_t kFavour = std::uint64_t{1} << 60;
/// One run of that many takes everything that is shared for contended.
constexpr std::uint64_t kAnything = 8;
constexpr std::uint64_t kRendezvousEvery = 3;

/// The `nth` of [0, size) in an order without repetitions that begins at `start`.
std::uint64_t walk(std::uint64_t start, std::uint64_t nth, std::uint64_t size) {
  std::uint64_t stride = size / 2 + size / 8 + 1;
  while (std::gcd(stride, size) != 1) {
    ++stride;
  }
  return (start % size + (nth % size) * (stride % size)) % size;
}

}  // namespace

Ambush::Part& Ambush::part(std::uint32_t thread) {
  if (thread >= parts_.size()) {
    parts_.resize(thread + 1);
  }
  return parts_[thread];
}

std::uint32_t Ambush::member(const Role& role) {
  return role[static_cast<std::size_t>(draw(role.size()))];
}

std::uint32_t Ambush::draw_thread() {
  const auto& roles = shared_->roles();
  return member(roles[static_cast<std::size_t>(draw(roles.size()))]);
}

std::uint64_t Ambush::places(const Role& role) const {
  return shared_->part_of(role.front()).among_others - 1;
}

void Ambush::stop_at(std::uint32_t thread, std::uint64_t place) {
  const Shared::Part known = shared_->part_of(thread);
  if (place < known.among_others) {
    part(thread).stop = known.alone + place + 1;
  }
}

void Ambush::plan_ambush(std::uint64_t turn) {
  const auto& roles = shared_->roles();
  std::vector<const Role*> stoppable;
  for (const Role& role : roles) {
    if (places(role) != 0) {
      stoppable.push_back(&role);
    }
  }
  bool plain = false;
  const std::uint32_t comes = draw_thread();
  part(comes).priority = kComes;
  if (!stoppable.empty()) {
    const std::uint64_t count = stoppable.size();
    const std::uint64_t index = walk(constant(0), turn, count);
    const Role& role = *stoppable[static_cast<std::size_t>(index)];
    const std::uint32_t stopped = member(role);
    plain = turn / count < places(role) && draw(4) != 0;
    stop_at(stopped, 1 + walk(constant(1 + index), turn / count, places(role)));
    part(stopped).priority = plain || draw(3) != 0 ? kStopped : 0;
  }
  if (!plain) {
    before_ = draw(2) == 0 ? draw_thread() : kNobody;
    if (draw(3) == 0) {
      stop_at(comes, draw(shared_->part_of(comes).among_others));
    }
  }
}

void Ambush::plan_rendezvous(std::uint64_t turn) {
  std::uint64_t most = 0;
  for (const Role& role : shared_->roles()) {
    most = std::max(most, places(role));
  }
  if (most == 0) {
    return;
  }
  // Bugs are found near the beginning, or anywhere.
  const std::uint64_t place = 1 + (turn % 2 == 0 ? (turn / 2) % most : draw(most));
  for (const Role& role : shared_->roles()) {
    for (const std::uint32_t thread : role) {
      stop_at(thread, place);
    }
  }
  const auto favoured = static_cast<std::size_t>(draw(shared_->roles().size() + 1));
  if (favoured < shared_->roles().size()) {
    for (const std::uint32_t thread : shared_->roles()[favoured]) {
      part(thread).favoured = true;
    }
  }
}

void Ambush::begin() {
  SeededStrategy::begin();
  parts_.clear();
  before_ = kNobody;
  lowest_ = kDemoted;
  highest_stopped_ = kRisen;
  shared_ = draw(kAnything) == 0 ? &profile_.shared() : &profile_.contended();
  rendezvous_ = turn() % kRendezvousEvery == 0;
  reversed_ = draw(2) == 0;
  if (shared_->roles().empty()) {
    return;
  }
  if (rendezvous_) {
    plan_rendezvous(turn() / kRendezvousEvery);
  } else {
    plan_ambush(turn() - turn() / kRendezvousEvery - 1);
  }
}

void Ambush::spawned(const sim::Fiber* /*parent*/, sim::Fiber& child) {
  const std::uint32_t index = index_of(child);
  const std::uint64_t priority = some_priority();
  Part& own = part(index);
  own.priority = own.priority == 0 ? priority : own.priority;
  if (index == before_) {
    own.priority = kBefore;
  }
}

void Ambush::added(sim::Fiber& fiber) {
  fibers_.set(index_of(fiber), fiber);
  ready_by_priority_.set(index_of(fiber), parts_[index_of(fiber)].priority);
}

void Ambush::removed(sim::Fiber& fiber) {
  const std::uint32_t index = index_of(fiber);
  ready_by_priority_.set(index, 0);
  if (index == before_) {
    before_ = kNobody;
    parts_[index].priority = some_priority();
  }
}

void Ambush::set_priority(const sim::Fiber& fiber, std::uint64_t priority) {
  parts_[index_of(fiber)].priority = priority;
  ready_by_priority_.set(index_of(fiber), priority);
}

void Ambush::grow_impatient() {
  set_priority(*last(), --lowest_);
}

std::uint64_t Ambush::stopped_priority(const Part& own) {
  if (rendezvous_) {
    return (reversed_ ? ++highest_stopped_ : --lowest_) + (own.favoured ? kFavour : 0);
  }
  return draw(2) == 0 ? kAfter : --lowest_;
}

sim::Fiber& Ambush::choose() {
  if (last() != nullptr && last()->op.kind == sim::OpKind::kYield) {
    set_priority(*last(), --lowest_);
  }
  sim::Fiber* chosen = &fibers_[ready_by_priority_.top()];
  for (Part* own = &parts_[index_of(*chosen)];
       own->stop != 0 && own->done + 1 >= own->stop && shared_->has(chosen->op.object);
       own = &parts_[index_of(*chosen)]) {
    own->stop = 0;
    set_priority(*chosen, stopped_priority(*own));
    chosen = &fibers_[ready_by_priority_.top()];
  }
  return *chosen;
}

void Ambush::executes(sim::Fiber& fiber) {
  if (shared_->has(fiber.op.object)) {
    ++parts_[index_of(fiber)].done;
  }
}

}  // namespace lockstep::race
