// Selecting an object, and intending who accesses it next.
#include "sim/race/surw.h"

#include <algorithm>

namespace lockstep::race {
namespace {

/// One run of that many selects the class of its object, where that has several members.
constexpr std::uint64_t kClassEvery = 4;
/// One run of that many takes everything that is shared for contended.
constexpr std::uint64_t kAnything = 8;

}  // namespace

void Surw::select() {
  target_ = 0;
  class_ = 0;
  const Shared& shared = draw(kAnything) == 0 ? profile_.shared() : profile_.contended();
  if (shared.objects().empty()) {
    profiled_.clear();
    return;
  }
  std::uint64_t point = draw(shared.accesses());
  for (const Shared::Object& object : shared.objects()) {
    if (point < object.accesses) {
      target_ = object.object;
      break;
    }
    point -= object.accesses;
  }
  if (profile_.class_of(target_) != 0 && draw(kClassEvery) == 0) {
    class_ = profile_.class_of(target_);
  }
  profile_.events_on(
      [this](sim::ObjectId object) {
        return object == target_ || (class_ != 0 && object != 0 && profile_.class_of(object) == class_);
      },
      profiled_);
}

void Surw::begin() {
  SeededStrategy::begin();
  select();
  left_.clear();
  priorities_.clear();
  intended_ = kNobody;
  unplaced_ = nullptr;
}

void Surw::set_left(const sim::Fiber& fiber, std::uint64_t left) {
  left_[index_of(fiber)] = left;
  if (fiber.ready_slot != sim::Fiber::kNotReady) {
    weights_.set(index_of(fiber), std::max<std::uint64_t>(1, left));
  }
}

void Surw::spawned(const sim::Fiber* parent, sim::Fiber& child) {
  const std::uint32_t index = index_of(child);
  left_.resize(index + 1);
  priorities_.resize(index + 1);
  const std::uint64_t events = index < profiled_.size() ? profiled_[index] : 0;
  left_[index] = events;
  priorities_[index] = draw_priority();
  if (parent == nullptr) {
    return;
  }
  const std::uint64_t left = left_[index_of(*parent)];
  const std::uint64_t rest = left > events ? left - events : 0;
  set_left(*parent, rest);
  if (intended_ == index_of(*parent) && rest + events != 0 && draw(rest + events) < events) {
    intended_ = index;
  }
}

void Surw::place(const sim::Fiber& fiber) {
  const std::uint32_t index = index_of(fiber);
  const bool at_target = selected(fiber.op);
  free_.set(index, at_target ? 0 : priorities_[index]);
  at_target_.set(index, at_target ? priorities_[index] : 0);
}

void Surw::added(sim::Fiber& fiber) {
  const std::uint32_t index = index_of(fiber);
  fibers_.set(index, fiber);
  weights_.set(index, std::max<std::uint64_t>(1, left_[index]));
  place(fiber);
}

void Surw::removed(sim::Fiber& fiber) {
  const std::uint32_t index = index_of(fiber);
  if (unplaced_ == &fiber) {
    unplaced_ = nullptr;
  }
  weights_.set(index, 0);
  free_.set(index, 0);
  at_target_.set(index, 0);
}

/// The one that ran last has said meanwhile what it does next.
void Surw::place_last() {
  if (unplaced_ != nullptr) {
    place(*unplaced_);
    unplaced_ = nullptr;
  }
}

void Surw::executes(sim::Fiber& fiber) {
  place_last();
  unplaced_ = &fiber;
  const std::uint32_t index = index_of(fiber);
  if (selected(fiber.op)) {
    if (left_[index] > 0) {
      set_left(fiber, left_[index] - 1);
    }
    intended_ = kNobody;
  }
  priorities_[index] = draw_priority();
}

/// Those held back are never looked at: while somebody is intended, only that one may access the target, so
/// that the others who stand before it need not be held one by one.
sim::Fiber& Surw::choose() {
  place_last();
  while (true) {
    const std::size_t free = free_.top();
    const std::uint64_t highest_free = free == MaxTree::kNone ? 0 : free_.get(free);
    if (intended_ == kNobody) {
      const std::size_t there = at_target_.top();
      if (there == MaxTree::kNone || highest_free > at_target_.get(there)) {
        return fibers_[free];
      }
      intended_ = weights_.at(draw(weights_.total()));
    }
    const std::uint64_t intended_there = at_target_.get(intended_);
    if (intended_there > highest_free) {
      return fibers_[intended_];
    }
    if (highest_free != 0) {
      return fibers_[free];
    }
    intended_ = kNobody;
  }
}

void Surw::grow_impatient() {
  for (const sim::Fiber* fiber : ready()) {
    priorities_[index_of(*fiber)] = draw_priority();
    place(*fiber);
  }
}

}  // namespace lockstep::race
