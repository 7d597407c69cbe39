// Running one seed of a sweep and carrying the result home.
#include "tools/lockstep/seed_result.h"

#include <fmt/format.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <regex>

#include "scenarios/catalogue.h"
#include "tools/lockstep/outcome_report.h"
#include "tools/lockstep/terminal.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::json;

std::string difference(const cluster::Outcome& first, const cluster::Outcome& second) {
  if (first.trace_hash != second.trace_hash) {
    return fmt::format("two runs of one seed differ: trace hash {} and {}", hex64(first.trace_hash),
                       hex64(second.trace_hash));
  }
  const std::string one = first.failure ? first.failure->fingerprint : "pass";
  const std::string two = second.failure ? second.failure->fingerprint : "pass";
  return one == two ? "" : "two runs of one seed with the same trace hash differ: " + one + " and " + two;
}

/// What stays the same when the same crash happens again: the sanitizer's summary, else the way it died.
std::string crash_fingerprint(const Answer& answer) {
  for (const auto& line : answer.last_words) {
    const auto at = line.find("SUMMARY: ");
    if (at != std::string::npos) {
      static const std::regex address("0x[0-9a-f]+|\\(BuildId: [0-9a-f]+\\)| /[^ ]*/");
      return "crash/" + std::regex_replace(line.substr(at + 9), address, " ");
    }
  }
  return "crash/" + answer.death;
}

}  // namespace

SeedResult run_seed(const cluster::Plan& plan, bool twice) {
  SeedResult result;
  result.seed = plan.seed;
  const double began = wall_seconds();
  try {
    const cluster::Outcome outcome = scenarios::run_plan(plan);
    result.trace_hash = outcome.trace_hash;
    result.virtual_seconds = static_cast<double>(outcome.virtual_nanoseconds) / 1e9;
    if (outcome.failure) {
      result.failed = true;
      result.fingerprint = outcome.failure->fingerprint;
      result.sentence = outcome.failure->sentence;
      result.events = outcome.failure->events;
      result.plan = cluster::write_plan(plan_after(outcome));
    }
    if (twice) {
      result.checked_twice = true;
      result.our_fault = difference(outcome, scenarios::run_plan(plan));
    }
  } catch (const std::exception& error) {
    result.our_fault = std::string("the run did not end: ") + error.what();
  }
  result.wall_seconds = wall_seconds() - began;
  return result;
}

std::string encode(const SeedResult& result) {
  const Json json = {{"seed", result.seed},
                     {"trace_hash", result.trace_hash},
                     {"wall_seconds", result.wall_seconds},
                     {"virtual_seconds", result.virtual_seconds},
                     {"checked_twice", result.checked_twice},
                     {"our_fault", result.our_fault},
                     {"failed", result.failed},
                     {"fingerprint", result.fingerprint},
                     {"sentence", result.sentence},
                     {"events", result.events},
                     {"plan", result.plan}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

SeedResult decode(const Answer& answer, const cluster::Plan& plan) {
  SeedResult result;
  result.seed = plan.seed;
  if (!answer.death.empty()) {
    cluster::Plan failing = plan;
    failing.fingerprint = crash_fingerprint(answer);
    result.failed = true;
    result.fingerprint = failing.fingerprint;
    result.sentence = "The process that did the run died: " + answer.death + ".";
    result.events = answer.last_words;
    result.plan = cluster::write_plan(failing);
    return result;
  }
  const Json json = Json::parse(answer.text);
  json.at("trace_hash").get_to(result.trace_hash);
  json.at("wall_seconds").get_to(result.wall_seconds);
  json.at("virtual_seconds").get_to(result.virtual_seconds);
  json.at("checked_twice").get_to(result.checked_twice);
  json.at("our_fault").get_to(result.our_fault);
  json.at("failed").get_to(result.failed);
  json.at("fingerprint").get_to(result.fingerprint);
  json.at("sentence").get_to(result.sentence);
  json.at("events").get_to(result.events);
  json.at("plan").get_to(result.plan);
  return result;
}

}  // namespace lockstep::tools
