// Priorities and change points.
#include "sim/race/pct.h"

#include <algorithm>
#include <functional>

namespace lockstep::race {
namespace {

/// One run of that many changes at most `depth` times instead of a few.
constexpr std::uint64_t kRarely = 4;
/// One run of that many takes everything that is shared for contended.
constexpr std::uint64_t kAnything = 8;
/// Priorities given later stand below this one, in the order in which they were given.
constexpr std::uint64_t kDemoted = std::uint64_t{1} << 62;

}  // namespace

/// d - 1: mostly one to three, which are enough for most bugs; now and then any up to the bound.
std::uint64_t Pct::draw_points() {
  if (exact_) {
    return depth_ - 1;
  }
  const std::uint64_t few = 1 + draw(3);
  return std::min<std::uint64_t>(draw(kRarely) == 0 ? draw(depth_) : few, depth_ - 1);
}

void Pct::begin() {
  SeededStrategy::begin();
  shared_ = draw(kAnything) == 0 ? &profile_.shared() : &profile_.contended();
  selective_ = shared_->accesses() != 0;
  passed_ = 0;
  const std::uint64_t points = draw_points();
  const std::uint64_t decisions = selective_ ? shared_->accesses() : profile_.decisions();
  change_points_.clear();
  while (change_points_.size() < std::min(points, decisions)) {
    const std::uint64_t point = 1 + draw(decisions);
    if (std::find(change_points_.begin(), change_points_.end(), point) == change_points_.end()) {
      change_points_.push_back(point);
    }
  }
  std::sort(change_points_.begin(), change_points_.end(), std::greater<>());
  priorities_.clear();
  lowest_ = kDemoted;
}

void Pct::spawned(const sim::Fiber* /*parent*/, sim::Fiber& child) {
  priorities_.resize(index_of(child) + 1);
  priorities_[index_of(child)] = draw_priority();
}

void Pct::added(sim::Fiber& fiber) {
  fibers_.set(index_of(fiber), fiber);
  ready_by_priority_.set(index_of(fiber), priorities_[index_of(fiber)]);
}

void Pct::removed(sim::Fiber& fiber) {
  ready_by_priority_.set(index_of(fiber), 0);
}

void Pct::set_priority(const sim::Fiber& fiber, std::uint64_t priority) {
  priorities_[index_of(fiber)] = priority;
  ready_by_priority_.set(index_of(fiber), priority);
}

void Pct::grow_impatient() {
  set_priority(*last(), --lowest_);
}

sim::Fiber& Pct::choose() {
  if (last() != nullptr && last()->op.kind == sim::OpKind::kYield) {
    set_priority(*last(), --lowest_);
  }
  sim::Fiber* chosen = &fibers_[ready_by_priority_.top()];
  // Only operations on what threads share are worth a change.
  if (!selective_ || shared_->has(chosen->op.object)) {
    ++passed_;
    if (!change_points_.empty() && change_points_.back() <= passed_) {
      change_points_.pop_back();
      set_priority(*chosen, --lowest_);
      chosen = &fibers_[ready_by_priority_.top()];
    }
  }
  return *chosen;
}

}  // namespace lockstep::race
