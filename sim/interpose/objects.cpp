// The things threads synchronise by, found by address.
#include <algorithm>
#include <deque>
#include <vector>

#include "sim/interpose/kernel.h"

namespace lockstep::interpose {
namespace {

struct Slot {
  std::uintptr_t address;
  std::uint32_t stamp;
  Object* object;
};

struct Objects {
  std::vector<Slot> slots = std::vector<Slot>(1024);
  std::deque<Object> all;
  std::size_t used = 0;
  std::uint32_t stamp = 1;
  /// Addresses of locks that somebody tries for; few.
  std::vector<std::uintptr_t> tried;
};

Objects& objects() {
  // Behind a pointer that is set before the program's data is first remembered.
  static Objects* const kObjects = new Objects;
  return *kObjects;
}

std::size_t hash_of(std::uintptr_t address) {
  return static_cast<std::size_t>((address * 0x9e3779b97f4a7c15ULL) >> 24);
}

Slot& find(Objects& known, std::uintptr_t address) {
  const std::size_t mask = known.slots.size() - 1;
  for (std::size_t i = hash_of(address) & mask;; i = (i + 1) & mask) {
    Slot& slot = known.slots[i];
    if (slot.stamp != known.stamp || slot.address == address) {
      return slot;
    }
  }
}

void grow(Objects& known) {
  std::vector<Slot> old(known.slots.size() * 2);
  old.swap(known.slots);
  for (const Slot& slot : old) {
    if (slot.stamp == known.stamp) {
      find(known, slot.address) = slot;
    }
  }
}

void begin(Object& object, std::uintptr_t address, Object::Kind kind) {
  object.clock.clear();
  object.reader_clock.clear();
  VectorClock clock = std::move(object.clock);
  VectorClock readers = std::move(object.reader_clock);
  object = Object{};
  object.clock = std::move(clock);
  object.reader_clock = std::move(readers);
  object.address = address;
  object.kind = kind;
  const std::vector<std::uintptr_t>& tried = objects().tried;
  object.tried = !tried.empty() && std::find(tried.begin(), tried.end(), address) != tried.end();
}

}  // namespace

Object& object_at(std::uintptr_t address, Object::Kind kind) {
  Objects& known = objects();
  Slot* slot = &find(known, address);
  if (slot->stamp == known.stamp) {
    if (slot->object->kind == Object::kUnknown) {
      slot->object->kind = kind;
    }
    return *slot->object;
  }
  if (known.used * 2 > known.slots.size()) {
    grow(known);
    slot = &find(known, address);
  }
  if (known.used == known.all.size()) {
    known.all.emplace_back();
  }
  *slot = {address, known.stamp, &known.all[known.used++]};
  begin(*slot->object, address, kind);
  return *slot->object;
}

Object* known_object(std::uintptr_t address) {
  Objects& known = objects();
  const Slot& slot = find(known, address);
  return slot.stamp == known.stamp ? slot.object : nullptr;
}

void forget_object(std::uintptr_t address) {
  if (Object* object = known_object(address)) {
    begin(*object, address, Object::kUnknown);
  }
}

void note_tried(Object& object) {
  if (!object.tried) {
    object.tried = true;
    objects().tried.push_back(object.address);
  }
}

void reset_objects() {
  Objects& known = objects();
  known.used = 0;
  if (++known.stamp == 0) {
    for (Slot& slot : known.slots) {
      slot.stamp = 0;
    }
    known.stamp = 1;
  }
}

}  // namespace lockstep::interpose
