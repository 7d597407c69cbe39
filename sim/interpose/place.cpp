// From addresses to places and back.
#include "sim/interpose/place.h"

#include <cstdio>

#include "sim/interpose/kernel.h"
#include "sim/interpose/memory.h"
#include "sim/interpose/report.h"
#include "sim/interpose/snapshot.h"

namespace lockstep::interpose {

Place place_of(std::uintptr_t address) {
  Place place;
  Block block;
  const auto threads = reinterpret_cast<std::uintptr_t>(kernel->threads);
  const int owner = stack_owner(address);
  if (in_program_data(address)) {
    place = {Place::kGlobal, 0, 0, address - program_base()};
  } else if (owner >= 0) {
    const auto thread = static_cast<std::uint32_t>(owner);
    place = {Place::kStack, thread, 0, stack_base(thread) + kStackSize - address};
  } else if (heap_block(address, block)) {
    place = {Place::kHeap, static_cast<std::uint32_t>((address - kHeapBase) / kPartSize),
             heap_number(block.begin), address - block.begin};
  } else if (address - threads < sizeof(Thread) * kMaxThreads) {
    place = {Place::kThread, static_cast<std::uint32_t>((address - threads) / sizeof(Thread)), 0, 0};
  } else {
    place.offset = address;
  }
  return place;
}

std::uintptr_t address_of_place(const Place& place) {
  switch (place.kind) {
    case Place::kGlobal:
      return program_base() + place.offset;
    case Place::kHeap: {
      const std::uintptr_t begin = heap_numbered(place.thread, place.nth);
      return begin == 0 ? 0 : begin + place.offset;
    }
    case Place::kStack:
      return stack_base(place.thread) + kStackSize - place.offset;
    case Place::kThread:
      return reinterpret_cast<std::uintptr_t>(&kernel->threads[place.thread]);
    case Place::kElsewhere:
      break;
  }
  return place.offset;
}

std::string to_text(const Place& place) {
  char text[96];
  const auto offset = static_cast<unsigned long>(place.offset);
  switch (place.kind) {
    case Place::kGlobal:
      std::snprintf(text, sizeof text, "global %lu", offset);
      break;
    case Place::kHeap:
      std::snprintf(text, sizeof text, "heap %u %lu %lu", place.thread, static_cast<unsigned long>(place.nth),
                    offset);
      break;
    case Place::kStack:
      std::snprintf(text, sizeof text, "stack %u %lu", place.thread, offset);
      break;
    case Place::kThread:
      std::snprintf(text, sizeof text, "thread %u", place.thread);
      break;
    case Place::kElsewhere:
      std::snprintf(text, sizeof text, "at %lx", offset);
      break;
  }
  return text;
}

bool read_place(std::string_view text, Place& place) {
  const std::string line(text);
  unsigned long nth = 0;
  unsigned long offset = 0;
  place = {};
  if (std::sscanf(line.c_str(), "global %lu", &offset) == 1) {
    place.kind = Place::kGlobal;
  } else if (std::sscanf(line.c_str(), "heap %u %lu %lu", &place.thread, &nth, &offset) == 3) {
    place.kind = Place::kHeap;
  } else if (std::sscanf(line.c_str(), "stack %u %lu", &place.thread, &offset) == 2) {
    place.kind = Place::kStack;
  } else if (std::sscanf(line.c_str(), "thread %u", &place.thread) == 1) {
    place.kind = Place::kThread;
  } else if (std::sscanf(line.c_str(), "at %lx", &offset) != 1) {
    return false;
  }
  place.nth = nth;
  place.offset = offset;
  return place.thread < kMaxThreads;
}

}  // namespace lockstep::interpose
