// Words that do not belong in some rooms, and what to say instead.
#include <algorithm>
#include <regex>
#include <set>

#include "rules.h"

namespace lockstep::house {
namespace {

struct BannedWord {
  std::regex word;
  const char* shown;
  const char* instead;
  /// Files to which the ban does not apply, because they are the seam that the word hides behind.
  std::vector<std::string> except;
};

const std::vector<BannedWord>& banned_words() {
  static const std::vector<std::string> kSync = {"node/runtime/sync.h", "node/runtime/sync.cpp"};
  static const std::vector<BannedWord> kWords = [] {
    std::vector<BannedWord> words;
    const auto ban = [&](const char* pattern, const char* shown, const char* instead,
                         std::vector<std::string> except = {}) {
      words.push_back({std::regex(pattern, std::regex::optimize), shown, instead, std::move(except)});
    };
    ban(R"(\b(system_clock|steady_clock|high_resolution_clock|utc_clock)\b)", "a std::chrono clock",
        "runtime::Clock", kSync);
    ban(R"(\b(gettimeofday|clock_gettime|__rdtsc|localtime|gmtime)\b)", "a clock of the machine",
        "runtime::Clock");
    ban(R"((^|[^\w.>:])(std::|::)?time\s*\(\s*(NULL|nullptr|0|&))", "time()", "runtime::Clock");
    ban(R"(\bstd::(recursive_|timed_|recursive_timed_)?mutex\b)", "std::mutex", "runtime::Mutex", kSync);
    ban(R"(\bstd::shared_(timed_)?mutex\b)", "std::shared_mutex", "runtime::SharedMutex", kSync);
    ban(R"(\bstd::condition_variable(_any)?\b)", "std::condition_variable", "runtime::CondVar", kSync);
    ban(R"(\bstd::(counting|binary)_semaphore\b)", "a std semaphore", "runtime::Semaphore", kSync);
    ban(R"(\bstd::(jthread|thread|async|future|promise|call_once|once_flag)\b)", "a std thread or future",
        "runtime::Scheduler");
    ban(R"(\b(this_thread|usleep|nanosleep)\b)", "a sleep of the machine", "runtime::Scheduler");
    ban(R"(\b(pthread_\w+)\b)", "a pthread call", "runtime::Scheduler");
    ban(R"(\bthread_local\b)", "thread_local", "a member of the object that owns the thread");
    ban(R"(\b(random_device|mt19937(_64)?|minstd_rand0?|default_random_engine)\b)", "a generator of <random>",
        "runtime::Random");
    ban(R"(\b\w+_distribution\b)", "a distribution of <random>",
        "runtime::Random (libraries differ in theirs)");
    ban(R"(^\s*#\s*include\s*<random>)", "<random>", "runtime::Random");
    ban(R"((^|[^\w.>])(std::|::)?s?rand\s*\()", "rand()", "runtime::Random");
    ban(R"(\b(getrandom|getentropy|arc4random\w*|RAND_bytes)\b)", "entropy of the machine",
        "runtime::Random");
    ban(R"(\bstd::(shuffle|sample)\b|\branges::(shuffle|sample)\b)", "std::shuffle",
        "a shuffle over runtime::Random (libraries differ in theirs)");
    ban(R"(\b(secure_)?getenv\b)", "getenv", "a configuration value that is handed in");
    ban(R"(^\s*#\s*include\s*<fstream>|\bstd::[io]?fstream\b|\bfopen\b)", "a file", "runtime::Files");
    ban(R"(^\s*#\s*include\s*<filesystem>|\bstd::filesystem\b)", "std::filesystem", "runtime::Files");
    ban(R"(^\s*#\s*include\s*<boost/(asio|beast|thread)\b)", "Boost.Asio", "runtime::Transport");
    ban(R"(^\s*#\s*include\s*<sys/socket\.h>)", "a socket", "runtime::Transport");
    ban(R"(\bstd::(map|set|multimap|multiset)<\s*(const\s+)?[\w:]+(\s+const)?\s*\*)",
        "a container ordered by address", "a key with an order of its own");
    ban(R"(\bstd::(hash|less|greater)<\s*(const\s+)?[\w:]+(\s+const)?\s*\*)", "hash or order of an address",
        "a key with an order of its own");
    return words;
  }();
  return kWords;
}

/// sim/interpose and sim/watch define the very words, and the classics are programs that have never heard of
/// us.
bool stands_in_for_the_machine(const Source& source) {
  return source.in("node/real") || source.in("sim/interpose") || source.in("sim/watch") ||
         source.in("scenarios/races/classics");
}

bool must_be_deterministic(const Source& source) {
  return source.is_cpp() && !stands_in_for_the_machine(source) &&
         (source.in("node") || source.in("sim") || source.in("scenarios"));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Names that `source` declares as unordered containers.
std::set<std::string> unordered_names(const Source& source) {
  static const std::regex declaration(
      R"(\bunordered_(?:map|set|multimap|multiset|flat_map|flat_set)\s*<.*>\s*&?\s*(\w+)\s*(?:[;={(,)]|$))");
  std::set<std::string> names;
  for (const auto& line : source.code) {
    std::smatch match;
    if (std::regex_search(line, match, declaration)) {
      names.insert(match[1]);
    }
  }
  return names;
}

bool says_any_order(const Source& source, std::size_t line) {
  const auto says = [&](std::size_t i) {
    return source.lines[i].find("// any order: ") != std::string::npos;
  };
  return says(line) || (line > 0 && says(line - 1));
}

}  // namespace

Findings check_banned_words(const std::vector<Source>& sources) {
  Findings findings;
  for (const auto& source : sources) {
    if (!must_be_deterministic(source)) {
      continue;
    }
    for (const auto& banned : banned_words()) {
      if (std::find(banned.except.begin(), banned.except.end(), source.path) != banned.except.end()) {
        continue;
      }
      for (std::size_t i = 0; i < source.code.size(); ++i) {
        if (std::regex_search(source.code[i], banned.word)) {
          findings.push_back(source.path + ":" + std::to_string(i + 1) + ": " + banned.shown + " here; use " +
                             banned.instead);
        }
      }
    }
  }
  return findings;
}

Findings check_node_knows_no_simulation(const std::vector<Source>& sources) {
  Findings findings;
  for (const auto& source : sources) {
    if (!source.in("node") || source.in("node/runtime") || !source.is_cpp()) {
      continue;
    }
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string line = lower(source.lines[i]);
      if (line.find("simulat") != std::string::npos || line.find("is_sim") != std::string::npos) {
        findings.push_back(
            source.path + ":" + std::to_string(i + 1) +
            ": the node has no word for simulation; a difference in behaviour belongs to a seam");
      }
    }
  }
  return findings;
}

Findings check_unordered_loops(const std::vector<Source>& sources) {
  Findings findings;
  std::map<std::string, std::set<std::string>> by_stem;
  for (const auto& source : sources) {
    if (must_be_deterministic(source)) {
      by_stem[source.path.substr(0, source.path.rfind('.'))].merge(unordered_names(source));
    }
  }
  static const std::regex loop(R"(\bfor\s*\([^;]*:\s*(?:[\w().]+(?:\.|->))?(\w+)\s*\))");
  static const std::regex begin(R"((\w+)\s*(?:\.|->)\s*c?begin\s*\()");
  for (const auto& source : sources) {
    const auto names = by_stem.find(source.path.substr(0, source.path.rfind('.')));
    if (!must_be_deterministic(source) || names == by_stem.end() || names->second.empty()) {
      continue;
    }
    for (std::size_t i = 0; i < source.code.size(); ++i) {
      std::smatch match;
      const bool found =
          std::regex_search(source.code[i], match, loop) || std::regex_search(source.code[i], match, begin);
      if (found && names->second.contains(match[1]) && !says_any_order(source, i)) {
        findings.push_back(
            source.path + ":" + std::to_string(i + 1) + ": the order of " + std::string(match[1]) +
            " is not defined; use std::map or a sorted vector, or say why with `// any order: …`");
      }
    }
  }
  return findings;
}

Findings check_type_names(const std::vector<Source>& sources) {
  static const std::regex name(R"(\b(?:class|struct)\s+(\w*(?:Manager|Helper|Util|Utils|Impl))\b)");
  Findings findings;
  for (const auto& source : sources) {
    for (std::size_t i = 0; i < source.code.size(); ++i) {
      std::smatch match;
      if (std::regex_search(source.code[i], match, name)) {
        findings.push_back(source.path + ":" + std::to_string(i + 1) + ": " + std::string(match[1]) +
                           " says nothing; name the type after what it does");
      }
    }
  }
  return findings;
}

}  // namespace lockstep::house
