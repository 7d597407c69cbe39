// Trying smaller schedules.
#include "sim/race/shrink.h"

#include <algorithm>
#include <set>
#include <utility>

namespace lockstep::race {

Blocks blocks_of(const std::vector<sim::Step>& steps) {
  Blocks blocks;
  for (const sim::Step& step : steps) {
    if (blocks.empty() || blocks.back().thread != step.thread) {
      blocks.push_back({step.thread, 0});
    }
    ++blocks.back().turns;
  }
  return blocks;
}

void FollowBlocks::begin() {
  at_ = value_ = 0;
  left_ = blocks.empty() ? 0 : blocks.front().turns;
}

void FollowBlocks::next_block() {
  ++at_;
  left_ = at_ < blocks.size() ? blocks[at_].turns : 0;
}

void FollowBlocks::added(sim::Fiber& fiber) {
  const std::uint32_t index = index_of(fiber);
  if (index >= ready_by_index_.size()) {
    ready_by_index_.resize(index + 1, nullptr);
  }
  ready_by_index_[index] = &fiber;
}

void FollowBlocks::removed(sim::Fiber& fiber) {
  ready_by_index_[index_of(fiber)] = nullptr;
}

sim::Fiber& FollowBlocks::choose() {
  for (; at_ < blocks.size(); next_block()) {
    const std::uint32_t thread = blocks[at_].thread;
    if (left_ != 0 && thread < ready_by_index_.size() && ready_by_index_[thread] != nullptr) {
      return *ready_by_index_[thread];
    }
  }
  return last() != nullptr && last()->op.kind != sim::OpKind::kYield ? *last() : choose_fairly();
}

void FollowBlocks::executes(sim::Fiber& fiber) {
  if (at_ < blocks.size() && blocks[at_].thread == index_of(fiber) && --left_ == 0) {
    next_block();
  }
}

std::uint32_t FollowBlocks::draw_value(std::uint32_t bound) {
  return value_ < values.size() ? std::min(values[value_++], bound - 1) : 0;
}

Shrinking::Shrinking(Try attempt, Better better, const ShrinkLimits& limits)
    : try_(std::move(attempt)), better_(std::move(better)), limits_(limits) {}

bool Shrinking::run(const std::vector<sim::Step>& steps, const std::vector<std::uint32_t>& values) {
  follow_.values = values;
  if (!attempt(blocks_of(steps))) {
    return false;
  }
  for (bool better = true; better && !out_of_budget();) {
    better = drop_threads();
    better = drop_blocks() || better;
    better = join_blocks() || better;
  }
  return true;
}

/// Runs `blocks`; true when the same failure comes with a smaller schedule, which then is the best.
bool Shrinking::attempt(Blocks blocks) {
  if (out_of_budget()) {
    return false;
  }
  ++replays_;
  follow_.blocks = std::move(blocks);
  steps_.clear();
  follow_.record_into(&steps_);
  const bool same = try_(follow_, steps_);
  follow_.record_into(nullptr);
  steps_run_ += steps_.size();
  if (!same) {
    return false;
  }
  Blocks actual = blocks_of(steps_);
  std::set<std::uint32_t> threads;
  for (const Block& block : actual) {
    threads.insert(block.thread);
  }
  const ScheduleSize size{threads.size(), follow_.preemptions(), actual.size(), steps_.size()};
  if (!best_.empty() && size >= size_) {
    return false;
  }
  best_ = std::move(actual);
  best_steps_ = steps_;
  size_ = size;
  better_();
  return true;
}

std::vector<std::uint32_t> Shrinking::threads() const {
  std::set<std::uint32_t> threads;
  for (const Block& block : best_) {
    threads.insert(block.thread);
  }
  return {threads.begin(), threads.end()};
}

/// Tries without halves of the threads, then quarters, and so on.
bool Shrinking::drop_threads() {
  bool better = false;
  std::vector<std::uint32_t> all = threads();
  for (std::size_t chunk = all.size() / 2; chunk > 0; chunk /= 2) {
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t end = std::min(at + chunk, all.size());
      Blocks fewer = best_;
      std::erase_if(
          fewer, [&](const Block& block) { return block.thread >= all[at] && block.thread <= all[end - 1]; });
      if (!fewer.empty() && attempt(std::move(fewer))) {
        better = true;
        all = threads();
      } else {
        at = end;
      }
    }
  }
  return better;
}

bool Shrinking::drop_blocks() {
  bool better = false;
  for (std::size_t chunk = std::max<std::size_t>(1, best_.size() / 2); chunk > 0; chunk /= 2) {
    for (std::size_t at = 0; at < best_.size();) {
      Blocks fewer = best_;
      const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.erase(first, first + static_cast<std::ptrdiff_t>(std::min(chunk, fewer.size() - at)));
      if (attempt(std::move(fewer))) {
        better = true;
      } else {
        at += chunk;
      }
    }
  }
  return better;
}

/// Moves a block up to the next one of its thread, or that one down to it.
bool Shrinking::join_blocks() {
  bool better = false;
  for (std::size_t at = 0; at < best_.size(); ++at) {
    for (const bool forward : {true, false}) {
      const auto next = at < best_.size()
                            ? std::find_if(
                                  best_.begin() + static_cast<std::ptrdiff_t>(at) + 1, best_.end(),
                                  [&](const Block& block) { return block.thread == best_[at].thread; })
                            : best_.end();
      if (next == best_.end()) {
        break;
      }
      const auto other = static_cast<std::size_t>(next - best_.begin());
      Blocks joined = best_;
      const std::size_t stays = forward ? other : at;
      const std::size_t goes = forward ? at : other;
      joined[stays].turns += joined[goes].turns;
      joined.erase(joined.begin() + static_cast<std::ptrdiff_t>(goes));
      better = attempt(std::move(joined)) || better;
    }
  }
  return better;
}

}  // namespace lockstep::race
