// Who waits to operate on what, and priorities drawn anew.
#include "sim/race/pos.h"

namespace lockstep::race {

void Pos::begin() {
  SeededStrategy::begin();
}

void Pos::list(sim::Fiber& fiber) {
  const sim::ObjectId object = fiber.op.object;
  if (object >= pending_.size()) {
    pending_.resize(object + 1);
  }
  places_[index_of(fiber)] = {object, static_cast<std::uint32_t>(pending_[object].size())};
  pending_[object].push_back(&fiber);
}

void Pos::unlist(sim::Fiber& fiber) {
  Place& place = places_[index_of(fiber)];
  if (place.object == kUnlisted) {
    return;
  }
  std::vector<sim::Fiber*>& group = pending_[place.object];
  group[place.index] = group.back();
  places_[index_of(*group[place.index])].index = place.index;
  group.pop_back();
  place.object = kUnlisted;
}

void Pos::added(sim::Fiber& fiber) {
  const std::uint32_t index = index_of(fiber);
  if (index >= places_.size()) {
    places_.resize(index + 1);
  }
  fibers_.set(index, fiber);
  priorities_.set(index, draw_priority());
  list(fiber);
}

void Pos::removed(sim::Fiber& fiber) {
  unlist(fiber);
  priorities_.set(index_of(fiber), 0);
}

void Pos::executes(sim::Fiber& fiber) {
  // The one that ran last has said meanwhile what it does next.
  if (last() != nullptr && places_[index_of(*last())].object == kUnlisted) {
    list(*last());
  }
  unlist(fiber);
  priorities_.set(index_of(fiber), draw_priority());
  if (fiber.op.object == 0 || fiber.op.object >= pending_.size()) {
    return;
  }
  for (const sim::Fiber* other : pending_[fiber.op.object]) {
    if (sim::conflict(other->op, fiber.op)) {
      priorities_.set(index_of(*other), draw_priority());
    }
  }
}

void Pos::grow_impatient() {
  for (const sim::Fiber* fiber : ready()) {
    priorities_.set(index_of(*fiber), draw_priority());
  }
}

}  // namespace lockstep::race
