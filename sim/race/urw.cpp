// Counting events down.
#include "sim/race/urw.h"

#include <algorithm>

namespace lockstep::race {

void Urw::begin() {
  SeededStrategy::begin();
  left_.clear();
}

void Urw::set_left(const sim::Fiber& fiber, std::uint64_t left) {
  left_[index_of(fiber)] = left;
  if (fiber.ready_slot != sim::Fiber::kNotReady) {
    weights_.set(index_of(fiber), left);
  }
}

void Urw::spawned(const sim::Fiber* parent, sim::Fiber& child) {
  left_.resize(index_of(child) + 1);
  const std::uint64_t events = std::max<std::uint64_t>(1, profile_.events(index_of(child)));
  left_[index_of(child)] = events;
  if (parent != nullptr) {
    const std::uint64_t left = left_[index_of(*parent)];
    set_left(*parent, left > events ? left - events : 1);
  }
}

void Urw::added(sim::Fiber& fiber) {
  fibers_.set(index_of(fiber), fiber);
  weights_.set(index_of(fiber), left_[index_of(fiber)]);
}

void Urw::removed(sim::Fiber& fiber) {
  weights_.set(index_of(fiber), 0);
}

void Urw::executes(sim::Fiber& fiber) {
  const std::uint64_t left = left_[index_of(fiber)];
  if (left > 1) {
    set_left(fiber, left - 1);
  }
}

}  // namespace lockstep::race
