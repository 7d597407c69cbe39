// Cutting failing schedules down, and the stories that they tell.
#include "sim/interpose/minimise.h"

#include <cstdio>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "sim/interpose/kernel.h"
#include "sim/interpose/report.h"
#include "sim/interpose/shadow.h"
#include "sim/race/shrink.h"

namespace lockstep::interpose {
namespace {

constexpr std::uint64_t kMostReplays = 1500;
/// Operations of all replays together: a person waits for the story.
constexpr std::uint64_t kMostSteps = 2'000'000;
constexpr std::size_t kMostTold = 40;
constexpr std::uint64_t kPollingWhileMinimising = 1000;

/// What two failures share that come from one bug, whoever ran into it. Thread names lead the sentences of
/// those that one thread causes.
std::string key_of(const Failure& failure) {
  const bool one_thread = failure.kind == "assertion" || failure.kind == "exception" ||
                          failure.kind == "abort" || failure.kind == "exit" || failure.kind == "misuse";
  const std::size_t colon = failure.sentence.find(": ");
  return one_thread && colon != std::string::npos ? failure.kind + failure.sentence.substr(colon)
                                                  : failure.kind;
}

/// While it lives, schedules end where they come to the failure that is being minimised.
class Shortly {
 public:
  explicit Shortly(const Failure& failure) : output_(std::exchange(kernel->request.show_output, false)) {
    kernel->end_at_race = failure.kind == "data race" ? &failure : nullptr;
    kernel->polling_bound = kPollingWhileMinimising;
  }
  ~Shortly() {
    kernel->request.show_output = output_;
    kernel->end_at_race = nullptr;
    kernel->polling_bound = kPollingBound;
  }
  Shortly(const Shortly&) = delete;
  Shortly& operator=(const Shortly&) = delete;

 private:
  bool output_;
};

StoryStep step_of(std::uint32_t thread, const char* what, std::uintptr_t address,
                  std::vector<const void*> stack) {
  char text[64];
  std::snprintf(text, sizeof text, "%.24s &%lx", what, static_cast<unsigned long>(address));
  return {thread, text, std::move(stack)};
}

/// Both accesses of a race come last: nothing orders them.
void tell_race(const Failure& race, Story& story) {
  if (race.sites.size() == 2) {
    for (const Site& site : race.sites) {
      story.steps.push_back(step_of(site.thread, site.what.c_str(), race.earlier.address, site.stack));
    }
  }
}

}  // namespace

std::string fingerprint(const Failure& failure) {
  std::string text = key_of(failure);
  for (const Site& site : failure.sites) {
    text += "|" + std::to_string(site.stack.empty() ? 0 : reinterpret_cast<std::uintptr_t>(site.stack[0]));
  }
  return text;
}

Story story_of(const std::vector<sim::Step>& steps, const Failure& after) {
  Story story;
  std::map<sim::ObjectId, std::set<std::uint32_t>> who;
  std::set<sim::ObjectId> changed;
  for (const sim::Step& step : steps) {
    who[step.operation.object].insert(step.thread);
    if (!sim::only_reads(step.operation.kind)) {
      changed.insert(step.operation.object);
    }
  }
  // Who polls does the same again and again: once is told.
  const bool polls = after.kind == "livelock";
  std::set<std::tuple<std::uint32_t, sim::ObjectId, std::uint64_t>> told;
  for (const sim::Step& step : steps) {
    const sim::ObjectId object = step.operation.object;
    if (object == 0 || who[object].size() < 2 || !changed.contains(object) ||
        (polls && !told.insert({step.thread, object, step.operation.site}).second)) {
      continue;
    }
    story.steps.push_back(step_of(step.thread, sim::to_text(step.operation.kind), object_address(object),
                                  {reinterpret_cast<const void*>(step.operation.site)}));
  }
  if (story.steps.size() > kMostTold) {
    story.steps.erase(story.steps.begin(), story.steps.end() - kMostTold);
  }
  if (after.kind == "data race") {
    tell_race(after, story);
  }
  return story;
}

Story minimise(const Failure& failure, const std::vector<sim::Step>& steps,
               const std::vector<std::uint32_t>& values) {
  // A loop that nobody leaves has no end to cut towards, but where all only poll.
  const bool endless =
      failure.kind == "livelock" && failure.sentence.find(kEverybodyPolls) == std::string::npos;
  if (!kernel->request.minimise || endless) {
    return {};
  }
  const std::string key = key_of(failure);
  const Shortly shortly(failure);
  Pins pins;
  const race::Shrinking* self = nullptr;
  race::Shrinking shrinking(
      [&](race::FollowBlocks& strategy, std::vector<sim::Step>& /*steps*/) {
        run_schedule_with(strategy);
        drop_shared();
        return kernel->failed && key_of(kernel->failure) == key;
      },
      // Only now does memory lie as this schedule left it.
      [&] { pins = pins_of(self->steps(), values); }, {kMostReplays, kMostSteps});
  self = &shrinking;
  if (!shrinking.run(steps, values)) {
    return {};
  }
  Story story = story_of(shrinking.steps(), failure);
  story.threads = shrinking.size().threads;
  story.preemptions = shrinking.size().preemptions;
  story.replays = shrinking.replays();
  story.pins = std::move(pins);
  return story;
}

}  // namespace lockstep::interpose
