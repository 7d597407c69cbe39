// Cutting failing schedules down: fewer threads, then fewer blocks of turns, then blocks of one thread
// together.
#include "sim/interpose/minimise.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "sim/interpose/kernel.h"
#include "sim/interpose/shadow.h"

namespace lockstep::interpose {
namespace {

constexpr std::uint64_t kMostReplays = 1500;
/// Operations of all replays together: a person waits for the story.
constexpr std::uint64_t kMostSteps = 2'000'000;
constexpr std::size_t kMostTold = 40;

/// Turns on end of one thread.
struct Block {
  std::uint32_t thread = 0;
  std::uint32_t turns = 0;
};
using Blocks = std::vector<Block>;

/// Gives turns as blocks say, passes over those whose thread cannot run, then lets whoever runs go on.
class FollowBlocks final : public sim::Strategy {
 public:
  Blocks blocks;
  std::vector<std::uint32_t> values;

 protected:
  void begin() override {
    at_ = value_ = 0;
    left_ = blocks.empty() ? 0 : blocks.front().turns;
  }
  sim::Fiber& choose() override {
    for (; at_ < blocks.size(); next_block()) {
      for (sim::Fiber* fiber : ready()) {
        if (left_ != 0 && index_of(*fiber) == blocks[at_].thread) {
          return *fiber;
        }
      }
    }
    return last() != nullptr && last()->op.kind != OpKind::kYield ? *last() : choose_fairly();
  }
  void executes(sim::Fiber& fiber) override {
    if (at_ < blocks.size() && blocks[at_].thread == index_of(fiber) && --left_ == 0) {
      next_block();
    }
  }
  std::uint32_t draw_value(std::uint32_t bound) override {
    return value_ < values.size() ? std::min(values[value_++], bound - 1) : 0;
  }

 private:
  void next_block() {
    ++at_;
    left_ = at_ < blocks.size() ? blocks[at_].turns : 0;
  }
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

std::set<std::uint32_t> threads_in(const Blocks& blocks) {
  std::set<std::uint32_t> threads;
  for (const Block& block : blocks) {
    threads.insert(block.thread);
  }
  return threads;
}

/// What two failures share that come from one bug, whoever ran into it. Thread names lead the sentences of
/// those that one thread causes.
std::string key_of(const Failure& failure) {
  const bool one_thread = failure.kind == "assertion" || failure.kind == "exception" ||
                          failure.kind == "abort" || failure.kind == "exit" || failure.kind == "misuse";
  const std::size_t colon = failure.sentence.find(": ");
  return one_thread && colon != std::string::npos ? failure.kind + failure.sentence.substr(colon)
                                                  : failure.kind;
}

class Minimisation {
 public:
  Minimisation(const Failure& failure, const std::vector<std::uint32_t>& values) : key_(key_of(failure)) {
    follow_.values = values;
  }

  Story run(const std::vector<sim::Step>& steps) {
    const bool output = std::exchange(kernel->request.show_output, false);
    Story story;
    if (try_one(blocks_of(steps))) {
      for (bool better = true; better && !out_of_budget();) {
        better = drop_threads();
        better = drop_blocks() || better;
        better = join_blocks() || better;
      }
      tell(story);
    }
    kernel->request.show_output = output;
    return story;
  }

 private:
  struct Size {
    std::size_t threads = 0;
    std::uint64_t preemptions = 0;
    std::size_t switches = 0;
    std::size_t steps = 0;
    friend auto operator<=>(const Size&, const Size&) = default;
  };

  [[nodiscard]] bool out_of_budget() const { return replays_ >= kMostReplays || steps_run_ >= kMostSteps; }

  bool try_one(Blocks blocks) {
    if (out_of_budget()) {
      return false;
    }
    ++replays_;
    follow_.blocks = std::move(blocks);
    std::vector<sim::Step> steps;
    follow_.record_into(&steps);
    run_schedule_with(follow_);
    steps_run_ += kernel->steps;
    follow_.record_into(nullptr);
    drop_shared();
    if (!kernel->failed || key_of(kernel->failure) != key_) {
      return false;
    }
    Blocks actual = blocks_of(steps);
    const Size size{threads_in(actual).size(), follow_.preemptions(), actual.size(), steps.size()};
    if (!best_.empty() && size >= size_) {
      return false;
    }
    best_ = std::move(actual);
    best_steps_ = std::move(steps);
    size_ = size;
    return true;
  }

  bool drop_threads() {
    bool better = false;
    auto all = threads_in(best_);
    std::vector<std::uint32_t> threads(all.begin(), all.end());
    for (std::size_t chunk = threads.size() / 2; chunk > 0; chunk /= 2) {
      for (std::size_t at = 0; at < threads.size();) {
        const std::size_t end = std::min(at + chunk, threads.size());
        Blocks fewer = best_;
        std::erase_if(fewer, [&](const Block& block) {
          return block.thread >= threads[at] && block.thread <= threads[end - 1];
        });
        if (fewer.empty() || !try_one(std::move(fewer))) {
          at = end;
          continue;
        }
        better = true;
        all = threads_in(best_);
        threads.assign(all.begin(), all.end());
      }
    }
    return better;
  }

  bool drop_blocks() {
    bool better = false;
    for (std::size_t chunk = std::max<std::size_t>(1, best_.size() / 2); chunk > 0; chunk /= 2) {
      for (std::size_t at = 0; at < best_.size();) {
        Blocks fewer = best_;
        const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
        fewer.erase(first, first + static_cast<std::ptrdiff_t>(std::min(chunk, fewer.size() - at)));
        if (try_one(std::move(fewer))) {
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
        std::size_t other = at + 1;
        while (other < best_.size() && best_[other].thread != best_[at].thread) {
          ++other;
        }
        if (other >= best_.size()) {
          break;
        }
        Blocks joined = best_;
        const std::size_t stays = forward ? other : at;
        const std::size_t goes = forward ? at : other;
        joined[stays].turns += joined[goes].turns;
        joined.erase(joined.begin() + static_cast<std::ptrdiff_t>(goes));
        better = try_one(std::move(joined)) || better;
        if (at >= best_.size()) {
          return better;
        }
      }
    }
    return better;
  }

  /// The operations on what several threads touch and somebody changes.
  void tell(Story& story) const {
    story.threads = size_.threads;
    story.preemptions = size_.preemptions;
    story.replays = replays_;
    std::map<sim::ObjectId, std::set<std::uint32_t>> who;
    std::set<sim::ObjectId> changed;
    for (const sim::Step& step : best_steps_) {
      who[step.operation.object].insert(step.thread);
      if (!sim::only_reads(step.operation.kind)) {
        changed.insert(step.operation.object);
      }
    }
    for (const sim::Step& step : best_steps_) {
      const sim::ObjectId object = step.operation.object;
      if (object == 0 || who[object].size() < 2 || !changed.contains(object)) {
        continue;
      }
      char text[64];
      std::snprintf(text, sizeof text, "%s &%lx", sim::to_text(step.operation.kind),
                    static_cast<unsigned long>(object_address(object)));
      story.steps.push_back({step.thread, text, reinterpret_cast<const void*>(step.operation.site)});
    }
    if (story.steps.size() > kMostTold) {
      story.steps.erase(story.steps.begin(), story.steps.end() - kMostTold);
    }
  }

  std::string key_;
  FollowBlocks follow_;
  std::uint64_t replays_ = 0;
  std::uint64_t steps_run_ = 0;
  Blocks best_;
  std::vector<sim::Step> best_steps_;
  Size size_;
};

}  // namespace

std::string fingerprint(const Failure& failure) {
  std::string text = key_of(failure);
  for (const Site& site : failure.sites) {
    text += "|" + std::to_string(site.stack.empty() ? 0 : reinterpret_cast<std::uintptr_t>(site.stack[0]));
  }
  return text;
}

Story minimise(const Failure& failure, const std::vector<sim::Step>& steps,
               const std::vector<std::uint32_t>& values) {
  // A race is told whole by its two places, and a livelock has no end to cut towards.
  if (!kernel->request.minimise || failure.kind == "data race" || failure.kind == "livelock") {
    return {};
  }
  return Minimisation(failure, values).run(steps);
}

}  // namespace lockstep::interpose
