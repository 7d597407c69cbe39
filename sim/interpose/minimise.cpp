// Cutting failing schedules down: fewer threads, then fewer blocks of turns, then blocks of one thread
// together.
#include "sim/interpose/minimise.h"

#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "sim/interpose/kernel.h"
#include "sim/interpose/shadow.h"
#include "sim/race/shrink.h"

namespace lockstep::interpose {
namespace {

constexpr std::uint64_t kMostReplays = 1500;
/// Operations of all replays together: a person waits for the story.
constexpr std::uint64_t kMostSteps = 2'000'000;
constexpr std::size_t kMostTold = 40;

/// What two failures share that come from one bug, whoever ran into it. Thread names lead the sentences of
/// those that one thread causes.
std::string key_of(const Failure& failure) {
  const bool one_thread = failure.kind == "assertion" || failure.kind == "exception" ||
                          failure.kind == "abort" || failure.kind == "exit" || failure.kind == "misuse";
  const std::size_t colon = failure.sentence.find(": ");
  return one_thread && colon != std::string::npos ? failure.kind + failure.sentence.substr(colon)
                                                  : failure.kind;
}

/// The operations on what several threads touch and somebody changes.
void tell(Story& story, const race::Shrinking& shrinking) {
  story.threads = shrinking.size().threads;
  story.preemptions = shrinking.size().preemptions;
  story.replays = shrinking.replays();
  std::map<sim::ObjectId, std::set<std::uint32_t>> who;
  std::set<sim::ObjectId> changed;
  for (const sim::Step& step : shrinking.steps()) {
    who[step.operation.object].insert(step.thread);
    if (!sim::only_reads(step.operation.kind)) {
      changed.insert(step.operation.object);
    }
  }
  for (const sim::Step& step : shrinking.steps()) {
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
  const std::string key = key_of(failure);
  const bool output = std::exchange(kernel->request.show_output, false);
  race::Shrinking shrinking(
      [&](race::FollowBlocks& strategy, std::vector<sim::Step>& /*steps*/) {
        run_schedule_with(strategy);
        drop_shared();
        return kernel->failed && key_of(kernel->failure) == key;
      },
      [] {}, {kMostReplays, kMostSteps});
  Story story;
  if (shrinking.run(steps, values)) {
    tell(story, shrinking);
  }
  kernel->request.show_output = output;
  return story;
}

}  // namespace lockstep::interpose
