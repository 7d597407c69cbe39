// Putting failures into words.
#include "sim/race/finding.h"

#include <algorithm>
#include <set>

#include "sim/core/choices.h"
#include "sim/race/primitives.h"

namespace lockstep::race {
namespace {

std::uint64_t fingerprint_of(FindingKind kind, const std::set<std::string>& words) {
  std::uint64_t hash = sim::scramble(static_cast<std::uint64_t>(kind) + sim::kGoldenStep);
  for (const std::string& word : words) {
    hash = sim::fold_product(hash ^ sim::choice_object(word), sim::kGoldenStep) + hash;
  }
  return hash;
}

/// What is waited for in "A waits for mutex x, held by B; B waits for …", each once, without the holders.
std::set<std::string> things_waited_for(std::string_view text) {
  static constexpr std::string_view kWaits = " waits for ";
  std::set<std::string> things;
  for (auto at = text.find(kWaits); at != std::string_view::npos; at = text.find(kWaits, at)) {
    at += kWaits.size();
    const std::string_view thing = text.substr(at, text.find_first_of(",;\n", at) - at);
    if (!thing.starts_with("end of ")) {
      things.emplace(thing);
    }
  }
  return things;
}

/// " at cache.cpp:12", or nothing where the place is not known.
std::string at_place(Site site, const SiteText& site_text) {
  const std::string place = site == 0 ? "" : site_text(site);
  return place.empty() ? "" : " at " + place;
}

std::string in_turns(std::uint64_t turn) {
  return "turn " + std::to_string(turn);
}

/// What became of the notifications of a condition that a thread waits for in vain.
void tell_lost_wake_up(const World& world, const sim::ParkedFiber& parked, const SiteText& site_text,
                       Finding& finding) {
  const auto& waiter = *static_cast<const CondVar::Waiter*>(parked.record->waiting);
  const std::string condition = std::string("condition ") + waiter.name;
  const std::string waits = parked.fiber + " began to wait for " + condition +
                            at_place(waiter.site, site_text) + " (" + in_turns(waiter.turn) + ")";
  const CondVar::Notice* before = nullptr;
  const CondVar::Notice* after = nullptr;
  for (const CondVar::Notice& notice : waiter.condition->notices()) {
    if (notice.turn < waiter.turn && notice.woke == 0xffffffff) {
      before = &notice;
    }
    if (notice.turn > waiter.turn) {
      after = &notice;
    }
  }
  const auto tell = [&](const CondVar::Notice& notice) {
    return std::string(notice.all ? "notify_all" : "notify_one") + " by " + world.label(notice.thread) +
           at_place(notice.site, site_text) + " (" + in_turns(notice.turn) + ")";
  };
  if (after != nullptr && after->woke != 0xffffffff) {
    finding.details.push_back(waits + "; the last " + tell(*after) + " woke " + world.label(after->woke) +
                              " instead");
    return;
  }
  if (before != nullptr) {
    finding.kind = FindingKind::kLostWakeUp;
    finding.sentence = "lost wake-up: " + tell(*before) + " of " + condition +
                       " found nobody waiting, then " + waits + " and nobody notified again";
    return;
  }
  finding.details.push_back(waits + "; nobody notified it after that");
}

std::string side_text(const World& world, const RaceAccess& access, const SiteText& site_text) {
  std::string text = std::string(access.atomic ? "atomic " : "") + (access.write ? "write" : "read") +
                     " by " + world.label(access.thread) + at_place(access.site, site_text);
  const char* before = ", holding ";
  for (const HeldLock& held : access.locks) {
    const bool known = held.lock != 0 && held.lock <= world.objects().size();
    const char* name = known ? world.objects()[held.lock - 1].name : nullptr;
    text += before + (name != nullptr ? name : "lock " + std::to_string(held.lock));
    text += held.mode == LockMode::kShared ? " (shared)" : "";
    before = ", ";
  }
  return text + (access.locks.empty() ? ", holding nothing" : "");
}

}  // namespace

const char* to_text(FindingKind kind) {
  switch (kind) {
    case FindingKind::kException:
      return "exception";
    case FindingKind::kDeadlock:
      return "deadlock";
    case FindingKind::kLostWakeUp:
      return "lost wake-up";
    case FindingKind::kLivelock:
      return "livelock";
    case FindingKind::kMisuse:
      return "misuse";
    case FindingKind::kStackOverflow:
      return "stack overflow";
    case FindingKind::kDataRace:
      return "data race";
  }
  return "?";
}

Finding finding_of_failure(const sim::Failure& failure) {
  Finding finding;
  switch (failure.kind) {
    case sim::FailureKind::kException:
      finding.kind = FindingKind::kException;
      break;
    case sim::FailureKind::kDeadlock:
      finding.kind = FindingKind::kDeadlock;
      break;
    case sim::FailureKind::kLivelock:
      finding.kind = FindingKind::kLivelock;
      break;
    case sim::FailureKind::kMisuse:
      finding.kind = FindingKind::kMisuse;
      break;
    case sim::FailureKind::kStackOverflow:
      finding.kind = FindingKind::kStackOverflow;
      break;
    case sim::FailureKind::kDataRace:
      finding.kind = FindingKind::kDataRace;
      break;
  }
  finding.sentence = std::string(to_text(finding.kind)) + " in " + failure.fiber + ": " + failure.what;
  finding.details = failure.details;
  std::set<std::string> words{failure.fingerprint.empty() ? failure.what : failure.fingerprint};
  if (finding.kind == FindingKind::kDeadlock) {
    words = things_waited_for(failure.what);
  } else if (finding.kind == FindingKind::kLivelock || finding.kind == FindingKind::kStackOverflow) {
    words.clear();
  }
  finding.fingerprint = fingerprint_of(finding.kind, words);
  return finding;
}

Finding finding_of_deadlock(World& world, const SiteText& site_text) {
  Finding finding;
  finding.kind = FindingKind::kDeadlock;
  std::string all;
  std::vector<std::string> lines;
  const std::vector<sim::ParkedFiber> parked = world.engine().parked();
  for (const sim::ParkedFiber& fiber : parked) {
    lines.push_back(fiber.fiber + " waits for " + fiber.waits_for);
    all += lines.back() + "; ";
  }
  finding.sentence = "deadlock: nobody can go on; " + all.substr(0, all.empty() ? 0 : all.size() - 2);
  for (const sim::ParkedFiber& fiber : parked) {
    const sim::Waiting* waiting = fiber.record->waiting;
    if (waiting->on == CondVar::kKind && finding.kind != FindingKind::kLostWakeUp) {
      tell_lost_wake_up(world, fiber, site_text, finding);
    }
  }
  finding.details.insert(finding.details.end(), lines.begin(), lines.end());
  // A lost wake-up and the deadlock that it is count as one bug.
  finding.fingerprint = fingerprint_of(FindingKind::kDeadlock, things_waited_for(all));
  return finding;
}

Finding finding_of_race(const World& world, const Race& race, const SiteText& site_text) {
  Finding finding;
  finding.kind = FindingKind::kDataRace;
  const std::size_t object = static_cast<std::size_t>(race.address / 64);
  const bool known = object != 0 && object <= world.objects().size() && race.address % 64 == 0;
  const std::string name = known ? world.objects()[object - 1].name : "memory";
  finding.sentence = "data race on " + name + ": " + side_text(world, race.earlier, site_text) + ", and " +
                     side_text(world, race.later, site_text);
  finding.fingerprint = fingerprint_of(FindingKind::kDataRace,
                                       {name, site_text(race.earlier.site), site_text(race.later.site)});
  return finding;
}

}  // namespace lockstep::race
