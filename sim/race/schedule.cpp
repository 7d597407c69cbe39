// Schedules as text, and back.
#include "sim/race/schedule.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lockstep::race {
namespace {

std::string hex(std::uint64_t number, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t i = digits; i-- > 0; number >>= 4) {
    text[i] = "0123456789abcdef"[number & 15];
  }
  return text;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

/// The words of one line; a quoted one may contain spaces. False when a quote does not end.
bool split_words(std::string_view line, std::vector<std::string>& words) {
  words.clear();
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == ' ') {
      ++i;
      continue;
    }
    std::string word;
    if (line[i] != '"') {
      const std::size_t end = std::min(line.find(' ', i), line.size());
      word = line.substr(i, end - i);
      i = end;
    } else {
      for (++i; i < line.size() && line[i] != '"'; ++i) {
        i += line[i] == '\\' && i + 1 < line.size() ? 1 : 0;
        word += line[i];
      }
      if (i++ >= line.size()) {
        return false;
      }
    }
    words.push_back(std::move(word));
  }
  return true;
}

template <typename Number>
bool read(const std::string& word, Number& out, int base = 10) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out, base);
  return error == std::errc{} && end == word.data() + word.size() && !word.empty();
}

/// `run "setter" until store "b" 1 operations 2 checksum 1a2b3c4d`.
bool read_block(const std::vector<std::string>& words, ScheduleBlock& block) {
  if (words.size() != 10 || words[2] != "until" || words[6] != "operations" || words[8] != "checksum") {
    return false;
  }
  sim::OpKind kind{};
  if (words[3] != "-" && !sim::read_kind(words[3], kind)) {
    return false;
  }
  block.thread = words[1];
  block.kind = words[3];
  block.object = words[4];
  return read(words[5], block.nth) && read(words[7], block.operations) && read(words[9], block.checksum, 16);
}

bool read_line(const std::vector<std::string>& words, Schedule& schedule) {
  const std::string& key = words[0];
  if (key == "run") {
    return read_block(words, schedule.blocks.emplace_back());
  }
  if (key == "values") {
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (!read(words[i], schedule.values.emplace_back())) {
        return false;
      }
    }
    return true;
  }
  if (words.size() == 5 && key == "found" && words[1] == "seed") {
    return read(words[2], schedule.seed) && read(words[4], schedule.run) && words[3] == "run";
  }
  if (words.size() != 2) {
    return false;
  }
  if (key == "fingerprint") {
    return read(words[1], schedule.fingerprint, 16);
  }
  std::string* text = key == "program"    ? &schedule.program
                      : key == "strategy" ? &schedule.strategy
                      : key == "sentence" ? &schedule.sentence
                                          : nullptr;
  if (text != nullptr) {
    *text = words[1];
  }
  return text != nullptr;
}

std::string label_of(const Recording& recording, std::uint32_t thread) {
  return thread < recording.names.size() ? recording.names[thread] : "thread " + std::to_string(thread);
}

}  // namespace

std::string object_label(const std::vector<ObjectInfo>& objects, sim::ObjectId object,
                         const std::vector<std::string>& threads) {
  if (object == 0 || object > objects.size()) {
    return "-";
  }
  const auto same = [](const ObjectInfo& a, const ObjectInfo& b) {
    return a.creator == b.creator && std::string_view(a.kind) == b.kind && std::string_view(a.name) == b.name;
  };
  const ObjectInfo& info = objects[object - 1];
  const auto before = std::count_if(objects.begin(), objects.begin() + (object - 1),
                                    [&](const ObjectInfo& other) { return same(other, info); });
  const bool is_of_first = info.creator == 0 || info.creator >= threads.size();
  return (is_of_first ? "" : threads[info.creator] + "/") + std::string(info.name) +
         (before == 0 ? "" : "#" + std::to_string(before + 1));
}

std::uint32_t add_to_checksum(std::uint32_t checksum, sim::OpKind kind, std::string_view object) {
  const std::uint64_t word = (sim::choice_object(object) << 8) + static_cast<std::uint64_t>(kind);
  return static_cast<std::uint32_t>(sim::fold_product(checksum ^ word, sim::kGoldenStep));
}

std::string to_text(const Schedule& schedule) {
  std::string text = std::string(kScheduleHeader) + "\n";
  text += "program " + quoted(schedule.program) + "\n";
  text += "strategy " + quoted(schedule.strategy) + "\n";
  text += "found seed " + std::to_string(schedule.seed) + " run " + std::to_string(schedule.run) + "\n";
  text += "fingerprint " + hex(schedule.fingerprint, 16) + "\n";
  text += "sentence " + quoted(schedule.sentence) + "\n";
  for (const ScheduleBlock& block : schedule.blocks) {
    text += "run " + quoted(block.thread) + " until " + block.kind + " " + quoted(block.object) + " " +
            std::to_string(block.nth) + " operations " + std::to_string(block.operations) + " checksum " +
            hex(block.checksum, 8) + "\n";
  }
  if (!schedule.values.empty()) {
    text += "values";
    for (const std::uint32_t value : schedule.values) {
      text += " " + std::to_string(value);
    }
    text += "\n";
  }
  return text;
}

base::Result<Schedule, ScheduleError> parse_schedule(std::string_view text) {
  Schedule schedule;
  std::vector<std::string> words;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (number == 1) {
      if (line != kScheduleHeader) {
        return ScheduleError{1, "begins with \"" + std::string(kScheduleHeader) + "\""};
      }
    } else if (!line.empty() && line[0] != '#') {
      if (!split_words(line, words) || words.empty() || !read_line(words, schedule)) {
        return ScheduleError{number, "not understood: " + std::string(line)};
      }
    }
  }
  if (number == 0) {
    return ScheduleError{0, "is empty"};
  }
  return schedule;
}

Schedule schedule_of(const Recording& recording) {
  Schedule schedule;
  schedule.values = recording.values;
  OperationCounts counts;
  const std::vector<sim::Step>& steps = recording.steps;
  for (std::size_t i = 0; i < steps.size();) {
    const std::uint32_t thread = steps[i].thread;
    ScheduleBlock block;
    block.thread = label_of(recording, thread);
    for (; i < steps.size() && steps[i].thread == thread; ++i) {
      counts.add(thread, steps[i].operation);
      ++block.operations;
      block.checksum =
          add_to_checksum(block.checksum, steps[i].operation.kind,
                          object_label(recording.objects, steps[i].operation.object, recording.names));
    }
    if (i < steps.size() && steps[i].took_over) {
      const sim::Operation& waived = steps[i].waived;
      block.kind = sim::to_text(waived.kind);
      block.object = object_label(recording.objects, waived.object, recording.names);
      block.nth = counts.of(thread, waived) + 1;
    }
    schedule.blocks.push_back(std::move(block));
  }
  return schedule;
}

}  // namespace lockstep::race
