// Pinning a recording, and following the pins.
#include "sim/interpose/pins.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "sim/interpose/kernel.h"
#include "sim/interpose/shadow.h"

namespace lockstep::interpose {
namespace {

std::uint32_t add_to_checksum(std::uint32_t checksum, sim::OpKind kind, sim::ObjectId object) {
  const std::uint64_t word = (std::uint64_t{object} << 8) + static_cast<std::uint64_t>(kind);
  return static_cast<std::uint32_t>(sim::fold_product(checksum ^ word, sim::kGoldenStep));
}

std::string label(std::uint32_t thread) {
  return thread == 0 ? "main" : "T" + std::to_string(thread);
}

bool read_label(const char* text, std::uint32_t& thread) {
  thread = 0;
  return std::strcmp(text, "main") == 0 || std::sscanf(text, "T%u", &thread) == 1;
}

/// `run T1 until rmw 2 3 operations 5 checksum 1a2b3c4d`, or `until - 0 0` where it waited.
bool read_block(const std::string& line, PinnedBlock& block) {
  char thread[16];
  char kind[24];
  if (std::sscanf(line.c_str(), "run %15s until %23s %u %u operations %u checksum %x", thread, kind,
                  &block.object, &block.nth, &block.operations, &block.checksum) != 6) {
    return false;
  }
  return read_label(thread, block.thread) &&
         (std::strcmp(kind, "-") == 0 || sim::read_kind(kind, block.kind));
}

bool read_object(const std::string& line, Pins& pins) {
  unsigned number = 0;
  int read = 0;
  Place place;
  if (std::sscanf(line.c_str(), "object %u %n", &number, &read) != 1 || number != pins.objects.size() + 1 ||
      !read_place(line.substr(static_cast<std::size_t>(read)), place)) {
    return false;
  }
  pins.objects.push_back(place);
  return true;
}

bool read_hash(const std::string& line, Pins& pins) {
  unsigned long hash = 0;
  const bool read = std::sscanf(line.c_str(), "hash %lx", &hash) == 1;
  pins.hash = hash;
  return read;
}

bool read_values(const std::string& line, Pins& pins) {
  int at = 6;
  unsigned value = 0;
  for (int read = 0; std::sscanf(line.c_str() + at, "%u%n", &value, &read) == 1; at += read) {
    pins.values.push_back(value);
  }
  return true;
}

}  // namespace

Pins pins_of(const std::vector<sim::Step>& steps, const std::vector<std::uint32_t>& values) {
  Pins pins;
  pins.values = values;
  std::map<sim::ObjectId, sim::ObjectId> numbers = {{0, 0}};
  const auto number = [&](sim::ObjectId object) {
    const auto [found, is_new] =
        numbers.try_emplace(object, static_cast<sim::ObjectId>(pins.objects.size() + 1));
    if (is_new) {
      pins.objects.push_back(place_of(object_address(object)));
    }
    return found->second;
  };
  std::map<std::tuple<std::uint32_t, sim::ObjectId, std::uint8_t>, std::uint32_t> counts;
  const auto count = [&](std::uint32_t thread, const sim::Operation& operation) -> std::uint32_t& {
    return counts[{thread, operation.object, static_cast<std::uint8_t>(operation.kind)}];
  };
  for (std::size_t i = 0; i < steps.size();) {
    PinnedBlock block;
    block.thread = steps[i].thread;
    for (; i < steps.size() && steps[i].thread == block.thread; ++i) {
      const sim::Operation& operation = steps[i].operation;
      ++count(block.thread, operation);
      ++block.operations;
      const sim::ObjectId object = number(operation.object);
      block.checksum = add_to_checksum(block.checksum, operation.kind, object);
      pins.hash = sim::fold_product(pins.hash ^ (std::uint64_t{block.thread} << 40) ^
                                        (static_cast<std::uint64_t>(operation.kind) << 32) ^ object,
                                    sim::kGoldenStep) +
                  pins.hash;
    }
    if (i < steps.size() && steps[i].took_over) {
      const sim::Operation& waived = steps[i].waived;
      block.kind = waived.kind;
      block.object = number(waived.object);
      block.nth = count(block.thread, waived) + 1;
    }
    pins.blocks.push_back(block);
  }
  return pins;
}

std::string to_text(const Pins& pins) {
  std::string text;
  for (std::size_t i = 0; i < pins.objects.size(); ++i) {
    text += "object " + std::to_string(i + 1) + " " + to_text(pins.objects[i]) + "\n";
  }
  for (const PinnedBlock& block : pins.blocks) {
    char line[128];
    std::snprintf(line, sizeof line, "run %s until %s %u %u operations %u checksum %08x\n",
                  label(block.thread).c_str(), block.nth == 0 ? "-" : sim::to_text(block.kind), block.object,
                  block.nth, block.operations, block.checksum);
    text += line;
  }
  char hash[32];
  std::snprintf(hash, sizeof hash, "hash %016lx\n", static_cast<unsigned long>(pins.hash));
  text += hash;
  if (!pins.values.empty()) {
    text += "values";
    for (const std::uint32_t value : pins.values) {
      text += " " + std::to_string(value);
    }
    text += "\n";
  }
  return text;
}

bool read_pins(std::string_view text, Pins& pins) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool read = line.starts_with("object ")   ? read_object(line, pins)
                      : line.starts_with("run ")    ? read_block(line, pins.blocks.emplace_back())
                      : line.starts_with("values ") ? read_values(line, pins)
                      : line.starts_with("hash ")   ? read_hash(line, pins)
                                                    : line.empty();
    if (!read) {
      return false;
    }
  }
  return true;
}

void share_objects(const Pins& pins) {
  for (std::size_t i = 0; i < pins.objects.size(); ++i) {
    const auto number = static_cast<std::uint32_t>(i + 1);
    const std::uintptr_t address = address_of_place(pins.objects[i]);
    if (address != 0) {
      share_as(address, number);
    } else {
      const Place& place = pins.objects[i];
      heap_expect(place.thread, place.nth, place.offset, number);
    }
  }
}

void FollowPins::begin() {
  block_ = value_ = 0;
  operations_ = checksum_ = 0;
  divergence_.clear();
  counts_.clear();
}

void FollowPins::diverge(const std::string& what) {
  if (divergence_.empty()) {
    divergence_ = "stretch " + std::to_string(block_ + 1) + " of " + std::to_string(pins_.blocks.size()) +
                  " (" + label(pins_.blocks[block_].thread) + "): " + what;
  }
}

bool FollowPins::at_pin(const sim::Fiber& fiber, const PinnedBlock& block) const {
  if (block.nth == 0 || block.kind != fiber.op.kind || block.object != fiber.op.object) {
    return false;
  }
  const auto found =
      counts_.find({index_of(fiber), fiber.op.object, static_cast<std::uint8_t>(fiber.op.kind)});
  return (found == counts_.end() ? 0 : found->second) + 1 == block.nth;
}

void FollowPins::leave_block() {
  const PinnedBlock& block = pins_.blocks[block_];
  if (operations_ != block.operations) {
    diverge(std::to_string(operations_) + " operations where " + std::to_string(block.operations) +
            " are stored");
  } else if (checksum_ != block.checksum) {
    diverge("other operations than are stored");
  }
  ++block_;
  operations_ = checksum_ = 0;
}

sim::Fiber& FollowPins::choose() {
  while (block_ < pins_.blocks.size()) {
    const PinnedBlock& block = pins_.blocks[block_];
    const auto found = std::find_if(ready().begin(), ready().end(), [&](const sim::Fiber* fiber) {
      return index_of(*fiber) == block.thread;
    });
    if (found != ready().end() && !at_pin(**found, block)) {
      return **found;
    }
    leave_block();
  }
  return last() != nullptr && last()->op.kind != sim::OpKind::kYield ? *last() : choose_fairly();
}

/// Whether `fiber` may go on in the present block, or in the next one, which then becomes the present.
bool FollowPins::belongs(const sim::Fiber& fiber) {
  const auto fits = [&](std::size_t block) {
    return block < pins_.blocks.size() && pins_.blocks[block].thread == index_of(fiber) &&
           !at_pin(fiber, pins_.blocks[block]);
  };
  if (fits(block_)) {
    return true;
  }
  if (fits(block_ + 1)) {
    leave_block();
    return true;
  }
  return false;
}

void FollowPins::executes(sim::Fiber& fiber) {
  if (block_ < pins_.blocks.size()) {
    if (belongs(fiber)) {
      ++operations_;
      checksum_ = add_to_checksum(checksum_, fiber.op.kind, fiber.op.object);
    } else {
      diverge(label(index_of(fiber)) + " had to go first");
    }
  }
  ++counts_[{index_of(fiber), fiber.op.object, static_cast<std::uint8_t>(fiber.op.kind)}];
}

std::uint32_t FollowPins::draw_value(std::uint32_t bound) {
  return value_ < pins_.values.size() ? std::min(pins_.values[value_++], bound - 1) : 0;
}

}  // namespace lockstep::interpose
