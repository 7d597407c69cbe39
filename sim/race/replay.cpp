// Following a stored schedule in a program that may have changed since.
#include <algorithm>
#include <utility>

#include "sim/race/schedule.h"

namespace lockstep::race {

void Replay::begin() {
  SeededStrategy::begin();
  block_ = 0;
  value_ = 0;
  operations_ = 0;
  checksum_ = 0;
  divergence_.clear();
  names_.clear();
  kept_names_.clear();
  parents_.clear();
  labels_.clear();
  counts_.clear();
}

void Replay::spawned(const sim::Fiber* parent, sim::Fiber& child) {
  const std::uint32_t index = index_of(child);
  names_.resize(index + 1, "");
  parents_.resize(index + 1, 0xffffffff);
  labels_.resize(index + 1);
  names_[index] = kept_names_.emplace_back(child.name).c_str();
  parents_[index] = parent == nullptr ? 0xffffffff : index_of(*parent);
  labels_[index] = thread_label(names_, parents_, index);
}

void Replay::diverge(const std::string& what) {
  if (divergence_.empty()) {
    divergence_ = "block " + std::to_string(block_ + 1) + " of " + std::to_string(schedule_.blocks.size()) +
                  " (" + schedule_.blocks[block_].thread + "): " + what;
  }
}

bool Replay::at_pin(const sim::Fiber& fiber, const ScheduleBlock& block) const {
  return block.kind == sim::to_text(fiber.op.kind) &&
         block.object == object_label(world_.objects(), fiber.op.object, labels_) &&
         counts_.of(index_of(fiber), fiber.op) + 1 == block.nth;
}

/// Goes to the next block; what the present one did should be what it did when it was stored.
void Replay::leave_block() {
  const ScheduleBlock& block = schedule_.blocks[block_];
  if (operations_ != block.operations) {
    diverge("did " + std::to_string(operations_) + " operations where " + std::to_string(block.operations) +
            " are stored");
  } else if (checksum_ != block.checksum) {
    diverge("did other operations than are stored");
  }
  ++block_;
  operations_ = 0;
  checksum_ = 0;
}

sim::Fiber& Replay::choose() {
  while (block_ < schedule_.blocks.size()) {
    const ScheduleBlock& block = schedule_.blocks[block_];
    const auto found = std::find_if(ready().begin(), ready().end(), [&](const sim::Fiber* fiber) {
      return labels_[index_of(*fiber)] == block.thread;
    });
    if (found != ready().end() && !at_pin(**found, block)) {
      return **found;
    }
    leave_block();
  }
  return last() != nullptr && last()->op.kind != sim::OpKind::kYield ? *last() : choose_fairly();
}

/// Whether `fiber` may go on in the present block, or in the next one, which then becomes the present.
bool Replay::belongs(const sim::Fiber& fiber) {
  const auto fits = [&](std::size_t block) {
    return block < schedule_.blocks.size() && schedule_.blocks[block].thread == labels_[index_of(fiber)] &&
           !at_pin(fiber, schedule_.blocks[block]);
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

void Replay::executes(sim::Fiber& fiber) {
  if (block_ < schedule_.blocks.size()) {
    if (belongs(fiber)) {
      ++operations_;
      checksum_ =
          add_to_checksum(checksum_, fiber.op.kind, object_label(world_.objects(), fiber.op.object, labels_));
    } else {
      diverge(labels_[index_of(fiber)] + " had to go first");
    }
  }
  counts_.add(index_of(fiber), fiber.op);
}

std::uint32_t Replay::draw_value(std::uint32_t bound) {
  if (value_ < schedule_.values.size()) {
    return std::min(schedule_.values[value_++], bound - 1);
  }
  return SeededStrategy::draw_value(bound);
}

base::Result<ReplayOutcome, ScheduleError> replay(const Body& body, const RunnerOptions& options,
                                                  const Schedule& schedule) {
  if (schedule.program != options.program) {
    return ScheduleError{0, "a schedule of \"" + schedule.program + "\", not of \"" + options.program + "\""};
  }
  RunnerOptions seeded = options;
  seeded.seed = schedule.seed;
  Runner runner(body, seeded);
  Replay strategy(runner.choices(), runner.world(), schedule);
  strategy.set_run(schedule.run);
  ReplayOutcome outcome;
  outcome.finding = runner.run_recorded(strategy, schedule.run, outcome.recording);
  outcome.divergence = strategy.divergence();
  return outcome;
}

}  // namespace lockstep::race
