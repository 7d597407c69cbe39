// Naming addresses, leaving out what is not the program's own, and printing.
#include "tools/lockstep/explore_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tools/lockstep/stored_schedule.h"
#include "tools/lockstep/symbols.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::ordered_json;

bool is_runtime(const Frame& frame) {
  const std::string folder = std::filesystem::path(frame.file).parent_path().string();
  return folder.ends_with("/sim/interpose") || folder.ends_with("/sim/core") ||
         frame.function.starts_with("lockstep_") || frame.function.starts_with("__wrap_");
}

bool is_library(const Frame& frame) {
  return frame.file.starts_with("/usr/") || frame.file == "??" || frame.file.empty() || frame.file == "?";
}

std::string short_file(const std::string& file) {
  return std::filesystem::path(file).filename().string();
}

class Names {
 public:
  Names(const std::string& program, std::uint64_t base) : symbols_(program, base) {}

  void load(const Json& failure) {
    std::vector<std::uint64_t> addresses;
    for (const Json& site : failure["sites"]) {
      for (const Json& address : site["stack"]) {
        addresses.push_back(address.get<std::uint64_t>());
      }
    }
    for (const Json& step : failure["story"]["steps"]) {
      for (const Json& address : step["stack"]) {
        addresses.push_back(address.get<std::uint64_t>());
      }
    }
    symbols_.load(addresses);
  }

  /// The program's own frames; where it has none, those of the libraries it calls.
  [[nodiscard]] std::vector<Frame> own_frames(const Json& stack) const {
    std::vector<Frame> own;
    std::vector<Frame> others;
    for (const Json& address : stack) {
      for (const Frame& frame : symbols_.frames(address.get<std::uint64_t>())) {
        if (!is_runtime(frame)) {
          (is_library(frame) ? others : own).push_back(frame);
        }
      }
    }
    return own.empty() ? others : own;
  }

  [[nodiscard]] std::string at(const Json& stack) const {
    const std::vector<Frame> frames = own_frames(stack);
    return frames.empty() ? "" : fmt::format("{}:{}", short_file(frames[0].file), frames[0].line);
  }

  /// What lies at `address`, or in the eight bytes from there on.
  std::string object(std::uint64_t address, const Json& places, char mark = '@') {
    std::string name = symbols_.variable(address);
    if (mark == '&' && is_compilers_variable(name)) {
      name.clear();
    }
    for (std::uint64_t byte = address + 1; mark == '&' && byte < address + 8; ++byte) {
      const std::string next = symbols_.variable(byte);
      if (!next.empty() && next.find('+') == std::string::npos && !is_compilers_variable(next)) {
        name += (name.empty() ? "" : "/") + next;
      }
    }
    if (!name.empty()) {
      return name;
    }
    const std::string token = fmt::format("{}{:x}", mark, address);
    return places.contains(token) ? places[token].get<std::string>() : token;
  }

  /// Puts names in the place of @addresses and &addresses.
  std::string text(const std::string& raw, const Json& places) {
    std::string out;
    for (std::size_t i = 0; i < raw.size();) {
      const bool marked = raw[i] == '@' || raw[i] == '&';
      const std::size_t end = marked ? raw.find_first_not_of("0123456789abcdef", i + 1) : i + 1;
      const std::string token = raw.substr(i, end == std::string::npos ? end : end - i);
      out += marked && token.size() > 4 ? object(std::stoull(token.substr(1), nullptr, 16), places, raw[i])
                                        : token;
      i += token.size();
    }
    return out;
  }

  [[nodiscard]] Symbols& symbols() { return symbols_; }

 private:
  Symbols symbols_;
};

Json named_site(const Json& site, const Json& places, Names& names) {
  Json frames = Json::array();
  for (const Frame& frame : names.own_frames(site["stack"])) {
    frames.push_back({{"function", frame.function}, {"file", frame.file}, {"line", frame.line}});
  }
  Json held = Json::array();
  for (const Json& lock : site["held"]) {
    held.push_back(names.object(lock.get<std::uint64_t>(), places));
  }
  return {{"thread", site["thread"]},
          {"what", names.text(site["what"].get<std::string>(), places)},
          {"frames", std::move(frames)},
          {"locks_held", std::move(held)}};
}

/// The same for one bug on every machine and after edits elsewhere: kind, condition, functions and files.
std::string fingerprint_of(const std::string& kind, const std::string& sentence, const Json& sites) {
  std::string text = kind;
  const std::size_t colon = sentence.find(": ");
  if ((kind == "assertion" || kind == "exception") && colon != std::string::npos) {
    text += sentence.substr(colon, sentence.find(", at ", colon) - colon);
  }
  std::set<std::string> places;
  for (const Json& site : sites) {
    for (const Json& frame : site["frames"]) {
      places.insert(fmt::format("{} in {}", frame["function"].get<std::string>(),
                                short_file(frame["file"].get<std::string>())));
      break;
    }
  }
  for (const std::string& place : places) {
    text += "; " + place;
  }
  return text;
}

Json named_failure(const Json& raw, Names& names, const Exploration& exploration) {
  names.load(raw);
  const Json& places = raw["places"];
  Json sites = Json::array();
  for (const Json& site : raw["sites"]) {
    sites.push_back(named_site(site, places, names));
  }
  Json steps = Json::array();
  for (const Json& step : raw["story"]["steps"]) {
    steps.push_back({{"thread", step["thread"]},
                     {"what", names.text(step["what"].get<std::string>(), places)},
                     {"at", names.at(step["stack"])}});
  }
  Json story = {{"threads", raw["story"]["threads"]},
                {"preemptions", raw["story"]["preemptions"]},
                {"replays", raw["story"]["replays"]},
                {"steps", std::move(steps)}};
  const auto schedule = raw["schedule"].get<std::uint64_t>();
  StoredSchedule stored;
  stored.strategy = raw["strategy"].get<std::string>();
  stored.schedule = schedule;
  stored.sentence = names.text(raw["sentence"].get<std::string>(), places);
  stored.fingerprint = fingerprint_of(raw["kind"].get<std::string>(), stored.sentence, sites);
  stored.pins = raw["pins"].get<std::string>();
  const std::string file = exploration.store ? exploration.store(stored, names.symbols()) : "";
  return {
      {"kind", raw["kind"]},       {"sentence", stored.sentence}, {"fingerprint", stored.fingerprint},
      {"schedule", schedule},      {"strategy", stored.strategy}, {"sites", std::move(sites)},
      {"story", std::move(story)}, {"schedule_file", file},       {"replay", exploration.replay(schedule)}};
}

Json named_cycle(const Json& raw, Names& names) {
  names.load(raw);
  Json sites = Json::array();
  for (const Json& site : raw["sites"]) {
    sites.push_back(named_site(site, raw["places"], names));
  }
  return {{"sentence", names.text(raw["sentence"].get<std::string>(), raw["places"])},
          {"sites", std::move(sites)}};
}

/// Names as they stand in the source.
std::string spoken(std::string name) {
  const std::string unnamed = "(anonymous namespace)::";
  for (std::size_t at = 0; (at = name.find(unnamed, at)) != std::string::npos;) {
    name.erase(at, unnamed.size());
  }
  return name;
}

void print_site(const Json& site) {
  const std::string thread = site["thread"].get<std::string>();
  const std::string what = site["what"].get<std::string>();
  std::string locks;
  for (const Json& lock : site["locks_held"]) {
    locks += (locks.empty() ? ", holding " : ", ") + spoken(lock.get<std::string>());
  }
  fmt::print("  {:<8} {}{}\n", thread, spoken(what), locks);
  std::size_t shown = 0;
  for (const Json& frame : site["frames"]) {
    if (++shown > 4) {
      break;
    }
    fmt::print("             {}:{}  {}\n", short_file(frame["file"].get<std::string>()),
               frame["line"].get<std::uint64_t>(), spoken(frame["function"].get<std::string>()));
  }
}

std::string line_of(const Json& step) {
  const std::string at = step["at"].get<std::string>();
  return spoken(step["what"].get<std::string>()) + (at.empty() ? "" : "  " + at);
}

void print_story(const Json& story) {
  if (story["steps"].empty()) {
    return;
  }
  if (const auto threads = story["threads"].get<std::uint64_t>(); threads == 0) {
    fmt::print("  as it was stored:\n");
  } else {
    fmt::print("  minimised to {} threads, {} preemptions ({} replays):\n", threads,
               story["preemptions"].get<std::uint64_t>(), story["replays"].get<std::uint64_t>());
  }
  std::vector<std::string> columns;
  std::size_t width = 0;
  for (const Json& step : story["steps"]) {
    const std::string thread = step["thread"].get<std::string>();
    if (std::find(columns.begin(), columns.end(), thread) == columns.end()) {
      columns.push_back(thread);
    }
    width = std::max({width, thread.size(), line_of(step).size()});
  }
  // Beyond that an overlong line may reach into its neighbour's column, which is empty then.
  constexpr std::size_t kWidthMax = 48;
  width = std::min(width, kWidthMax) + 2;
  std::string head;
  for (const std::string& column : columns) {
    head += fmt::format("{:<{}}", column, &column == &columns.back() ? 0 : width);
  }
  fmt::print("    {}\n", head);
  for (const Json& step : story["steps"]) {
    const auto column = std::find(columns.begin(), columns.end(), step["thread"].get<std::string>());
    fmt::print("    {:{}}{}\n", "", static_cast<std::size_t>(column - columns.begin()) * width,
               line_of(step));
  }
}

void print(const Json& failure) {
  fmt::print("\n{} in schedule {} ({}): {}\n", failure["kind"].get<std::string>(),
             failure["schedule"].get<std::uint64_t>(), failure["strategy"].get<std::string>(),
             spoken(failure["sentence"].get<std::string>()));
  for (const Json& site : failure["sites"]) {
    print_site(site);
  }
  print_story(failure["story"]);
  const std::string file = failure["schedule_file"].get<std::string>();
  if (!file.empty()) {
    fmt::print("  stored: {}\n", file);
  }
  fmt::print("  replay: {}\n", failure["replay"].get<std::string>());
}

void print_cycle(const Json& cycle) {
  fmt::print("\nlock-order cycle, in which no schedule was caught: {}\n",
             spoken(cycle["sentence"].get<std::string>()));
  for (const Json& site : cycle["sites"]) {
    print_site(site);
  }
}

/// How the run of a stored schedule compares with the one that wrote it.
Json compared(const Json& replayed, const std::string& wanted, const Json& failures) {
  const bool same = replayed["same"].get<bool>();
  const std::string divergence = replayed["divergence"].get<std::string>();
  bool again = false;
  for (const Json& failure : failures) {
    again = again || failure["fingerprint"] == wanted;
  }
  std::string sentence = "the same failure, operation by operation";
  if (!same || !again) {
    sentence = same ? "the same operations" : "DIVERGED in ";
    sentence += same                 ? ""
                : divergence.empty() ? "the last stretch: other operations than are stored"
                                     : divergence;
    sentence += again              ? "; it still fails in the same way"
                : failures.empty() ? "; it passes here"
                                   : "; it fails here with " + failures[0]["fingerprint"].get<std::string>();
  }
  return {{"same", same && again}, {"sentence", sentence}, {"recorded_fingerprint", wanted}};
}

/// What it means that no schedule failed.
std::string how_far(const Json& seen, std::uint64_t schedules) {
  if (seen.is_null()) {
    return fmt::format(" (below 3 in {})", schedules);
  }
  if (seen["everything"].get<bool>()) {
    return " (every schedule was seen)";
  }
  const auto complete = seen["complete_to"].get<std::int64_t>();
  return complete < 0 ? " (not every schedule without preemptions was seen)"
                      : fmt::format(" (every schedule with at most {} preemptions was seen)", complete);
}

}  // namespace

int tell(const Exploration& exploration, const std::vector<Json>& lines, bool json) {
  if (lines.size() < 2 || lines.back()["event"] != "end") {
    throw std::runtime_error("the runtime inside " + exploration.program + " did not finish its report");
  }
  Names names(exploration.program, lines.front()["base"].get<std::uint64_t>());
  Json failures = Json::array();
  Json cycles = Json::array();
  bool diverged = false;
  Json comparison;
  for (const Json& line : lines) {
    if (line["event"] == "failure") {
      failures.push_back(named_failure(line, names, exploration));
    }
    if (line["event"] == "lock-order cycle") {
      cycles.push_back(named_cycle(line, names));
    }
    diverged = diverged || line["event"] == "divergence";
    if (line["event"] == "replayed") {
      comparison = compared(line, exploration.recorded_fingerprint, failures);
    }
  }
  const auto schedules = lines.back()["schedules"].get<std::uint64_t>();
  const auto failed = lines.back()["failures"].get<std::uint64_t>();
  const bool held = failed == 0 && cycles.empty();
  const double rate = exploration.seconds > 0 ? static_cast<double>(schedules) / exploration.seconds : 0;
  if (json) {
    Json whole = {{"seed", std::stoull(exploration.seed)},
                  {"program", exploration.program},
                  {"strategy", exploration.strategy},
                  {"verdict", held ? "pass" : "fail"},
                  {"schedules", schedules},
                  {"failed_schedules", failed},
                  {"steps", lines.back()["steps"]},
                  {"decisions", lines.back()["decisions"]},
                  {"seen", lines.back()["seen"]},
                  {"wall_seconds", exploration.seconds},
                  {"reproduced", !diverged},
                  {"failures", failures},
                  {"lock_order_cycles", cycles}};
    if (!comparison.is_null()) {
      whole["compared"] = comparison;
    }
    fmt::print("{}\n", whole.dump());
  } else {
    for (const Json& failure : failures) {
      print(failure);
    }
    for (const Json& cycle : cycles) {
      print_cycle(cycle);
    }
    const std::string bound = failed == 0 ? how_far(lines.back()["seen"], schedules) : "";
    if (comparison.is_null()) {
      fmt::print("\n{} of {} schedules failed{}, {:.0f} schedules/s\n", failed, schedules, bound, rate);
    } else {
      fmt::print("compared: {}\n", comparison["sentence"].get<std::string>());
    }
  }
  if (diverged) {
    throw std::runtime_error(
        "a schedule did something else when it was run again: the program depends on what is not controlled");
  }
  return held ? kHeld : kBroke;
}

}  // namespace lockstep::tools
