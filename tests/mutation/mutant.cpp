// Reading mutants and changing sources by them.
#include "mutant.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace lockstep::mutation {
namespace {

struct Place {
  std::size_t begin;
  std::size_t end;
};

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

void skip_spaces(std::string_view text, std::size_t& at) {
  while (at < text.size() && is_space(text[at])) {
    ++at;
  }
}

/// Where an occurrence of `pattern` that begins at `at` ends, any space being as good as any other.
std::optional<std::size_t> end_of_match(std::string_view text, std::size_t at, std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size();) {
    if (is_space(pattern[i])) {
      const std::size_t before = at;
      skip_spaces(text, at);
      if (at == before) {
        return std::nullopt;
      }
      skip_spaces(pattern, i);
    } else if (at < text.size() && text[at] == pattern[i]) {
      ++at;
      ++i;
    } else {
      return std::nullopt;
    }
  }
  return at;
}

std::vector<Place> places_of(std::string_view text, std::string_view pattern) {
  std::vector<Place> places;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const auto end = end_of_match(text, at, pattern)) {
      places.push_back({at, *end});
    }
  }
  return places;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// What follows `key` in `line`; nothing when that says something else.
std::optional<std::string> value_of(std::string_view line, std::string_view key) {
  return line.starts_with(key) ? std::optional<std::string>(trimmed(line.substr(key.size()))) : std::nullopt;
}

/// Reads line by line: outside a change what the mutant is about, inside one its texts.
class Reader {
 public:
  void take(std::string_view line) {
    if (part_ == Part::kOutside) {
      take_outside(line);
    } else if (part_ == Part::kFound && line == "by:") {
      part_ = Part::kMade;
    } else if (part_ == Part::kMade && line == "end:") {
      change_.found = trimmed(change_.found);
      change_.made = trimmed(change_.made);
      if (change_.found.empty()) {
        mutant_.error = "a change replaces nothing";
      }
      mutant_.changes.push_back(std::exchange(change_, Change{}));
      part_ = Part::kOutside;
    } else {
      std::string& text = part_ == Part::kFound ? change_.found : change_.made;
      text.append(line).append("\n");
    }
  }

  Mutant finish() {
    if (mutant_.error.empty() && part_ != Part::kOutside) {
      mutant_.error = "a change has no end";
    }
    if (mutant_.error.empty() && (mutant_.says.empty() || mutant_.pairs.empty() || mutant_.changes.empty())) {
      mutant_.error = "a mutant says what it does, which pairs see it, and what it changes";
    }
    return std::move(mutant_);
  }

 private:
  enum class Part { kOutside, kFound, kMade };

  void take_outside(std::string_view line) {
    if (line == "replace:") {
      change_.file = file_;
      part_ = Part::kFound;
    } else if (auto says = value_of(line, "//")) {
      mutant_.says += (mutant_.says.empty() ? "" : " ") + *says;
    } else if (auto pair = value_of(line, "pair:")) {
      mutant_.pairs.push_back(*std::move(pair));
    } else if (auto compiled = value_of(line, "compile:")) {
      mutant_.compiled.push_back(*std::move(compiled));
    } else if (auto file = value_of(line, "file:")) {
      file_ = *std::move(file);
    } else if (!trimmed(line).empty()) {
      mutant_.error = "what does this line say: " + std::string(line);
    }
  }

  Part part_ = Part::kOutside;
  std::string file_;
  Change change_;
  Mutant mutant_;
};

}  // namespace

Mutant read_mutant(std::string_view text) {
  Reader reader;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    reader.take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

std::string make_changes(const Mutant& mutant, Sources& sources) {
  if (!mutant.error.empty()) {
    return mutant.error;
  }
  for (const Change& change : mutant.changes) {
    const auto source = sources.find(change.file);
    if (source == sources.end()) {
      return "there is no " + change.file;
    }
    const std::vector<Place> places = places_of(source->second, change.found);
    if (places.size() != 1) {
      return change.file + " has " + (places.empty() ? "no" : std::to_string(places.size())) +
             " place that reads\n" + change.found;
    }
    source->second.replace(places[0].begin, places[0].end - places[0].begin, change.made);
  }
  return "";
}

}  // namespace lockstep::mutation
