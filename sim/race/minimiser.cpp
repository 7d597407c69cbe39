// Trying smaller schedules.
#include "sim/race/minimiser.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace lockstep::race {
namespace {

/// Turns on end of one thread.
struct Block {
  std::uint32_t thread = 0;
  std::uint32_t turns = 0;
};
using Blocks = std::vector<Block>;

/// Gives turns as a list of blocks says, passing over those whose thread cannot run; then whoever runs goes
/// on.
class FollowBlocks final : public SeededStrategy {
 public:
  using SeededStrategy::SeededStrategy;
  void follow(const Blocks& blocks, const std::vector<std::uint32_t>& values) {
    blocks_ = &blocks;
    values_ = &values;
  }
  [[nodiscard]] const char* name() const override { return "minimiser"; }

 protected:
  void begin() override {
    SeededStrategy::begin();
    at_ = 0;
    value_ = 0;
    left_ = blocks_->empty() ? 0 : blocks_->front().turns;
  }
  sim::Fiber& choose() override {
    for (; at_ < blocks_->size(); next_block()) {
      const std::uint32_t thread = (*blocks_)[at_].thread;
      if (left_ == 0) {
        continue;
      }
      if (last() != nullptr && index_of(*last()) == thread) {
        return *last();
      }
      for (sim::Fiber* fiber : ready()) {
        if (index_of(*fiber) == thread) {
          return *fiber;
        }
      }
    }
    return last() != nullptr && last()->op.kind != sim::OpKind::kYield ? *last() : choose_fairly();
  }
  void executes(sim::Fiber& fiber) override {
    if (at_ < blocks_->size() && (*blocks_)[at_].thread == index_of(fiber) && --left_ == 0) {
      next_block();
    }
  }
  std::uint32_t draw_value(std::uint32_t bound) override {
    return value_ < values_->size() ? std::min((*values_)[value_++], bound - 1)
                                    : SeededStrategy::draw_value(bound);
  }

 private:
  void next_block() {
    ++at_;
    left_ = at_ < blocks_->size() ? (*blocks_)[at_].turns : 0;
  }
  const Blocks* blocks_ = nullptr;
  const std::vector<std::uint32_t>* values_ = nullptr;
  std::size_t at_ = 0;
  std::size_t value_ = 0;
  std::uint32_t left_ = 0;
};

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

/// Smaller is better, the first first.
struct Size {
  std::size_t threads = 0;
  std::uint64_t preemptions = 0;
  std::size_t switches = 0;
  std::size_t steps = 0;
  friend auto operator<=>(const Size&, const Size&) = default;
};

class Minimisation {
 public:
  Minimisation(const Body& body, const RunnerOptions& options, const Failed& failed,
               const MinimiseOptions& limits)
      : failed_(failed), limits_(limits), runner_(body, options), follow_(runner_.choices()) {}

  Minimised run() {
    Minimised result;
    values_ = failed_.recording.values;
    follow_.set_run(failed_.run);
    const Blocks whole = blocks_of(failed_.recording.steps);
    if (!try_one(whole)) {
      result.replays = replays_;
      return result;
    }
    for (bool better = true; better && replays_ < limits_.most_replays;) {
      better = drop_threads();
      better = drop_blocks() || better;
      better = join_blocks() || better;
    }
    result.repeated = true;
    result.recording = std::move(best_recording_);
    result.finding = std::move(best_finding_);
    result.schedule = schedule_of(result.recording);
    result.schedule.program = runner_.options().program;
    result.schedule.strategy = failed_.strategy;
    result.schedule.seed = failed_.seed;
    result.schedule.run = failed_.run;
    result.schedule.fingerprint = result.finding.fingerprint;
    result.schedule.sentence = result.finding.sentence;
    result.threads = static_cast<std::uint32_t>(best_size_.threads);
    result.preemptions = best_size_.preemptions;
    result.replays = replays_;
    return result;
  }

 private:
  /// Runs `blocks`; true when the same failure comes with a smaller schedule, which then is the best.
  bool try_one(const Blocks& blocks) {
    if (replays_ >= limits_.most_replays) {
      return false;
    }
    ++replays_;
    follow_.follow(blocks, values_);
    Recording recording;
    std::optional<Finding> finding = runner_.run_recorded(follow_, failed_.run, recording);
    if (!finding || finding->fingerprint != failed_.finding.fingerprint) {
      return false;
    }
    Blocks actual = blocks_of(recording.steps);
    std::set<std::uint32_t> threads;
    for (const Block& block : actual) {
      threads.insert(block.thread);
    }
    const Size size{threads.size(), follow_.preemptions(), actual.size(), recording.steps.size()};
    if (!best_.empty() && size >= best_size_) {
      return false;
    }
    best_ = std::move(actual);
    best_size_ = size;
    best_recording_ = std::move(recording);
    best_finding_ = std::move(*finding);
    return true;
  }

  /// Tries without halves of the threads, then quarters, and so on.
  bool drop_threads() {
    bool better = false;
    std::vector<std::uint32_t> threads = threads_by_age();
    for (std::size_t chunk = threads.size() / 2; chunk > 0; chunk /= 2) {
      for (std::size_t at = 0; at < threads.size();) {
        const std::set<std::uint32_t> gone(
            threads.begin() + static_cast<std::ptrdiff_t>(at),
            threads.begin() + static_cast<std::ptrdiff_t>(std::min(at + chunk, threads.size())));
        Blocks fewer = best_;
        std::erase_if(fewer, [&](const Block& block) { return gone.contains(block.thread); });
        if (!fewer.empty() && try_one(fewer)) {
          better = true;
          threads = threads_by_age();
        } else {
          at += chunk;
        }
      }
    }
    return better;
  }

  [[nodiscard]] std::vector<std::uint32_t> threads_by_age() const {
    std::set<std::uint32_t> threads;
    for (const Block& block : best_) {
      threads.insert(block.thread);
    }
    return {threads.begin(), threads.end()};
  }

  bool drop_blocks() {
    bool better = false;
    for (std::size_t chunk = std::max<std::size_t>(1, best_.size() / 2); chunk > 0; chunk /= 2) {
      for (std::size_t at = 0; at < best_.size();) {
        Blocks fewer = best_;
        const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
        fewer.erase(first, first + static_cast<std::ptrdiff_t>(std::min(chunk, fewer.size() - at)));
        if (try_one(fewer)) {
          better = true;
        } else {
          at += chunk;
        }
      }
    }
    return better;
  }

  /// Moves a block up to the next one of its thread, or that one down to it.
  bool join_blocks() {
    bool better = false;
    for (std::size_t at = 0; at < best_.size(); ++at) {
      for (const bool forward : {true, false}) {
        const auto next = std::find_if(best_.begin() + static_cast<std::ptrdiff_t>(at) + 1, best_.end(),
                                       [&](const Block& block) { return block.thread == best_[at].thread; });
        if (next == best_.end()) {
          break;
        }
        const auto other = static_cast<std::size_t>(next - best_.begin());
        Blocks joined = best_;
        const std::size_t stays = forward ? other : at;
        const std::size_t goes = forward ? at : other;
        joined[stays].turns += joined[goes].turns;
        joined.erase(joined.begin() + static_cast<std::ptrdiff_t>(goes));
        if (try_one(joined)) {
          better = true;
        }
        if (at >= best_.size()) {
          return better;
        }
      }
    }
    return better;
  }

  const Failed& failed_;
  const MinimiseOptions& limits_;
  Runner runner_;
  FollowBlocks follow_;
  std::vector<std::uint32_t> values_;
  std::uint64_t replays_ = 0;
  Blocks best_;
  Size best_size_;
  Recording best_recording_;
  Finding best_finding_;
};

}  // namespace

Minimised minimise(const Body& body, const RunnerOptions& options, const Failed& failed,
                   const MinimiseOptions& limits) {
  RunnerOptions seeded = options;
  seeded.seed = failed.seed;
  return Minimisation(body, seeded, failed, limits).run();
}

}  // namespace lockstep::race
