// lockstep explore: runs a program that was built with the wrappers by one schedule after another.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "sim/race/strategy_names.h"
#include "tools/lockstep/explore_report.h"
#include "tools/lockstep/files.h"
#include "tools/lockstep/run_options.h"
#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kRefusedProgram = 4;

struct ExploreOptions {
  std::string program;
  std::vector<std::string> arguments;
  std::string strategy = "portfolio";
  std::string seed = "1";
  std::string runs = "10000";
  std::string schedule;
  std::string steps = "1000000";
  bool json = false;
  bool show_output = false;
  bool keep_going = false;
  bool ignore_races = false;
  bool spurious = false;
  bool early_timers = false;
  bool leaks = false;
  bool no_races = false;
  /// A stored schedule to follow, and where to store one.
  std::string replay;
  std::string schedule_out;
};

/// Throws UsageError unless the runtime is in there.
void require_wrapped(const std::string& program) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(program, error)) {
    throw UsageError("cannot explore " + program + ": there is no such file");
  }
  if (access(program.c_str(), X_OK) != 0) {
    throw UsageError("cannot explore " + program + ": it is not executable");
  }
  if (read_file(program).find("lockstep-interpose-abi-2") == std::string::npos) {
    throw UsageError("cannot explore " + program +
                     ": it was not built with lockstep-cc or lockstep-c++ of this version");
  }
}

/// "portfolio, random-walk, …, dfs[:preemptions]".
std::string strategy_names() {
  std::string names;
  for (const std::string& name : race::strategy_names()) {
    names += (names.empty() ? "" : ", ") + name + (name == "dfs" ? "[:preemptions]" : "");
  }
  return names;
}

void require_strategy(const std::string& name) {
  const std::vector<std::string> known = race::strategy_names();
  const bool bounded = name.starts_with("dfs:");
  if (bounded) {
    static_cast<void>(read_count("--strategy dfs:", name.substr(4)));
  } else if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw UsageError("no strategy " + name + "; there are " + strategy_names());
  }
}

/// `pins`: where the runtime finds a stored schedule; -1: there is none.
std::string request_of(const ExploreOptions& options, int descriptor, int pins) {
  std::string text = fmt::format(
      "LOCKSTEP_EXPLORE=fd={};seed={};runs={};steps={};races={};output={};keep-going={};spurious={};"
      "early-timers={};leaks={};detector={};strategy={}",
      descriptor, read_count("--seed", options.seed), read_count("--runs", options.runs, 1),
      read_count("--steps", options.steps, 1), options.ignore_races ? 0 : 1, options.show_output ? 1 : 0,
      options.keep_going ? 1 : 0, options.spurious ? 1 : 0, options.early_timers ? 1 : 0,
      options.leaks ? 1 : 0, options.no_races ? 0 : 1, options.strategy);
  if (!options.schedule.empty()) {
    text += fmt::format(";only={}", read_count("--schedule", options.schedule));
  }
  if (pins >= 0) {
    text += fmt::format(";pins={}", pins);
  }
  return text;
}

/// A file without a name, which the program inherits.
int file_of(const std::string& text) {
  const int descriptor = memfd_create("lockstep-schedule", 0);
  if (descriptor < 0 || write(descriptor, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      lseek(descriptor, 0, SEEK_SET) != 0) {
    throw std::runtime_error("no room for the stored schedule");
  }
  return descriptor;
}

[[noreturn]] void become(const ExploreOptions& options, const std::string& request) {
  // Addresses name variables and locks: they must be the same in every run.
  personality(ADDR_NO_RANDOMIZE);
  std::vector<std::string> words = {options.program};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  // Nothing of this environment reaches the program but the request: schedules must not depend on it.
  std::string request_copy = request;
  std::string path = "PATH=/usr/bin:/bin";
  char* envp[] = {request_copy.data(), path.data(), nullptr};
  execve(options.program.c_str(), argv.data(), envp);
  std::perror("lockstep: cannot start the program");
  _exit(kOurFault);
}

struct Answer {
  std::vector<Json> lines;
  int status = 0;
};

Answer ask(const ExploreOptions& options, const std::string& pins = "") {
  int ends[2];
  if (pipe(ends) != 0) {
    throw std::runtime_error("no pipe to the program");
  }
  const int stored = pins.empty() ? -1 : file_of(pins);
  const std::string request = request_of(options, ends[1], stored);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child < 0) {
    throw std::runtime_error("cannot fork");
  }
  if (child == 0) {
    close(ends[0]);
    become(options, request);
  }
  close(ends[1]);
  if (stored >= 0) {
    close(stored);
  }
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  Answer answer;
  int status = 0;
  waitpid(child, &status, 0);
  answer.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    answer.lines.push_back(Json::parse(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return answer;
}

std::string replay_command(const ExploreOptions& options, std::uint64_t schedule) {
  std::vector<std::string> words = {program_name(), "explore",    options.program,         "--seed",
                                    options.seed,   "--schedule", std::to_string(schedule)};
  const auto add = [&](const char* option, const std::string& value, const char* usual) {
    if (value != usual) {
      words.insert(words.end(), {option, value});
    }
  };
  add("--strategy", options.strategy, "portfolio");
  add("--steps", options.steps, "1000000");
  for (const auto& [flag, given] :
       {std::pair{"--ignore-races", options.ignore_races}, std::pair{"--keep-going", options.keep_going},
        std::pair{"--spurious", options.spurious}, std::pair{"--early-timers", options.early_timers},
        std::pair{"--leaks", options.leaks}, std::pair{"--no-races", options.no_races}}) {
    if (given) {
      words.emplace_back(flag);
    }
  }
  if (!options.arguments.empty()) {
    words.emplace_back("--");
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  }
  return shell_line(words);
}

/// Options that change what a schedule does.
std::vector<std::string> options_of(const ExploreOptions& options) {
  std::vector<std::string> words;
  for (const auto& [name, given] :
       {std::pair{"ignore-races", options.ignore_races}, std::pair{"spurious", options.spurious},
        std::pair{"early-timers", options.early_timers}, std::pair{"leaks", options.leaks},
        std::pair{"no-races", options.no_races}}) {
    if (given) {
      words.emplace_back(name);
    }
  }
  if (options.steps != "1000000") {
    words.push_back("steps=" + options.steps);
  }
  return words;
}

void apply_option(const std::string& word, ExploreOptions& options) {
  options.ignore_races = options.ignore_races || word == "ignore-races";
  options.spurious = options.spurious || word == "spurious";
  options.early_timers = options.early_timers || word == "early-timers";
  options.leaks = options.leaks || word == "leaks";
  options.no_races = options.no_races || word == "no-races";
  if (word.starts_with("steps=")) {
    options.steps = word.substr(6);
  }
}

std::string name_of(const std::string& program) {
  return std::filesystem::path(program).filename().string();
}

/// Gives every failing schedule of an exploration a file.
class Storage {
 public:
  explicit Storage(const ExploreOptions& options) : options_(options) {}

  std::string store(StoredSchedule& stored, Symbols& symbols) {
    stored.program = name_of(options_.program);
    stored.path = options_.program;
    stored.arguments = options_.arguments;
    stored.options = options_of(options_);
    stored.seed = read_count("--seed", options_.seed);
    std::string file = options_.schedule_out;
    if (file.empty()) {
      file = fmt::format("failures/{}-{}.schedule", stored.program, options_.seed);
    }
    if (++stored_ > 1) {
      file += fmt::format(".{}", stored_);
    }
    OutputFile(file).commit(to_text(stored, symbols));
    return file;
  }

 private:
  const ExploreOptions& options_;
  int stored_ = 0;
};

/// Asks the program, and tells what it answered.
int ask_and_tell(const ExploreOptions& options, Exploration& exploration, const std::string& pins) {
  const double began = wall_seconds();
  const Answer answer = ask(options, pins);
  if (answer.status == kRefusedProgram) {
    return kRefusedProgram;
  }
  if (answer.status > kBroke) {
    throw std::runtime_error(
        fmt::format("the runtime inside {} ended with {}", options.program, answer.status));
  }
  exploration.program = options.program;
  exploration.seed = options.seed;
  exploration.strategy = options.strategy;
  exploration.seconds = wall_seconds() - began;
  return tell(exploration, answer.lines, options.json);
}

/// Runs a stored schedule of `options.program`, or of the program that it names.
int follow_stored(ExploreOptions options) {
  const std::string text = read_file(options.replay);
  StoredSchedule stored = parse_stored_schedule(options.replay, text, nullptr);
  if (options.program.empty()) {
    options.program = stored.path;
  }
  if (name_of(options.program) != stored.program) {
    throw UsageError(fmt::format("{} is a schedule of {}, not of {}", options.replay, stored.program,
                                 name_of(options.program)));
  }
  require_wrapped(options.program);
  Symbols symbols(options.program, 0);
  stored = parse_stored_schedule(options.replay, text, &symbols);
  options.arguments = stored.arguments;
  options.seed = std::to_string(stored.seed);
  options.strategy = stored.strategy;
  for (const std::string& word : stored.options) {
    apply_option(word, options);
  }
  if (!options.json) {
    fmt::print("seed {}\n", stored.seed);
  }
  Exploration exploration;
  exploration.recorded_fingerprint = stored.fingerprint;
  exploration.replay = [&](std::uint64_t) {
    return shell_line({program_name(), "explore", options.program, "--replay", options.replay});
  };
  return ask_and_tell(options, exploration, stored.pins);
}

int explore(const ExploreOptions& options) {
  if (!options.replay.empty()) {
    return follow_stored(options);
  }
  require_wrapped(options.program);
  require_strategy(options.strategy);
  if (!options.json) {
    fmt::print("seed {}\n", options.seed);
  }
  Exploration exploration;
  Storage storage(options);
  exploration.store = [&](StoredSchedule& stored, Symbols& symbols) {
    return storage.store(stored, symbols);
  };
  exploration.replay = [&](std::uint64_t schedule) { return replay_command(options, schedule); };
  return ask_and_tell(options, exploration, "");
}

}  // namespace

int replay_stored_schedule(const std::string& file, bool json) {
  ExploreOptions options;
  options.replay = file;
  options.json = json;
  return follow_stored(options);
}

void add_explore(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<ExploreOptions>();
  auto* verb =
      app.add_subcommand("explore", "a threaded program of your own, built with lockstep-cc or lockstep-c++");
  verb->add_option("program", options->program, "the program; its standard input is empty")->required();
  verb->add_option("arguments", options->arguments, "what the program is given (after --)");
  verb->add_option("--strategy", options->strategy,
                   strategy_names() + " (default: portfolio; dfs: every schedule, few preemptions first)");
  verb->add_option("--runs", options->runs, "schedules at most (default: 10000)");
  verb->add_option("--seed", options->seed, "decides every schedule (default: 1)");
  verb->add_option("--schedule", options->schedule, "tell of this schedule only: a replay");
  verb->add_option("--replay", options->replay, "follow this stored schedule")->excludes("--schedule");
  verb->add_option("--schedule-out", options->schedule_out,
                   "where a failing schedule is stored (default: failures/PROGRAM-SEED.schedule)");
  verb->add_option("--steps", options->steps,
                   "operations after which a schedule is a livelock (default: 1000000)");
  verb->add_flag("--keep-going", options->keep_going, "do not end with the first schedule that fails");
  verb->add_flag("--ignore-races", options->ignore_races,
                 "say nothing of data races, only of what they lead to");
  verb->add_flag("--no-races", options->no_races,
                 "do not watch plain memory: faster, and blind to data races and to what they lead to");
  verb->add_flag("--spurious", options->spurious,
                 "conditions wake up and weak compare-exchanges fail without a reason, too");
  verb->add_flag("--early-timers", options->early_timers,
                 "timeouts and sleeps may end while others could still run");
  verb->add_flag("--leaks", options->leaks, "memory that nobody can reach at the end is a failure");
  verb->add_flag("--show-output", options->show_output, "let the program print");
  verb->add_flag("--json", options->json, "one JSON object");
  verb->callback([options, &chosen] { chosen = [options] { return explore(*options); }; });
}

}  // namespace lockstep::tools
