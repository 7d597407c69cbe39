// Writing JSON by hand: the runtime is linked into other people's programs, so it brings no library along.
#include "sim/interpose/writer.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "sim/interpose/kernel.h"
#include "sim/interpose/report.h"

namespace lockstep::interpose {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

void write_line(const std::string& line) {
  if (kernel->request.report_fd < 0) {
    return;
  }
  const std::string whole = line + "\n";
  for (std::size_t done = 0; done < whole.size();) {
    const ssize_t written = write(kernel->request.report_fd, whole.data() + done, whole.size() - done);
    if (written <= 0) {
      _exit(3);
    }
    done += static_cast<std::size_t>(written);
  }
}

std::string addresses(const std::vector<const void*>& stack) {
  std::string out = "[";
  for (const void* pc : stack) {
    out += (out.size() > 1 ? "," : "") + std::to_string(reinterpret_cast<std::uintptr_t>(pc));
  }
  return out + "]";
}

std::string name_of_thread(std::uint32_t index) {
  return name_of(kernel->threads[index]);
}

std::string as_json(const Site& site) {
  std::string held = "[";
  for (const std::uintptr_t lock : site.held) {
    held += (held.size() > 1 ? "," : "") + std::to_string(lock);
  }
  return "{\"what\":" + quoted(site.what) + ",\"thread\":" + quoted(name_of_thread(site.thread)) +
         ",\"stack\":" + addresses(site.stack) + ",\"held\":" + held + "]}";
}

/// What lies at an address that the sentence or a site names, when it is no global variable.
std::string place(std::uintptr_t address) {
  const int owner = stack_owner(address);
  if (owner >= 0) {
    return "a variable on the stack of " + name_of_thread(static_cast<std::uint32_t>(owner));
  }
  Block block;
  if (heap_block(address, block)) {
    return "byte " + std::to_string(address - block.begin) + " of a heap block of " +
           std::to_string(block.size) + " bytes";
  }
  return "";
}

/// @address is a byte, &address any of the eight from there on.
void add_places(const std::string& text, std::string& out) {
  for (std::size_t at = text.find_first_of("@&"); at != std::string::npos;
       at = text.find_first_of("@&", at + 1)) {
    const std::size_t end = text.find_first_not_of("0123456789abcdef", at + 1);
    const std::string token = text.substr(at, end == std::string::npos ? end : end - at);
    const std::string what = token.size() < 2 ? "" : place(std::stoull(token.substr(1), nullptr, 16));
    if (!what.empty() && out.find(quoted(token)) == std::string::npos) {
      out += (out.size() > 1 ? "," : "") + quoted(token) + ":" + quoted(what);
    }
  }
}

}  // namespace

void write_begin() {
  write_line("{\"event\":\"begin\",\"seed\":" + std::to_string(kernel->request.seed) +
             ",\"base\":" + std::to_string(program_base()) + "}");
}

void write_failure(std::uint64_t schedule, const char* strategy, const Failure& failure, const Story& story) {
  std::string places = "{";
  add_places(failure.sentence, places);
  std::string sites = "[";
  for (const Site& site : failure.sites) {
    sites += (sites.size() > 1 ? "," : "") + as_json(site);
    add_places(site.what, places);
  }
  std::string told = "[";
  for (const StoryStep& step : story.steps) {
    add_places(step.what, places);
    told += (told.size() > 1 ? "," : "") + std::string("{\"thread\":") + quoted(name_of_thread(step.thread)) +
            ",\"what\":" + quoted(step.what) + ",\"stack\":" + addresses(step.stack) + "}";
  }
  write_line("{\"event\":\"failure\",\"schedule\":" + std::to_string(schedule) +
             ",\"strategy\":" + quoted(strategy) + ",\"kind\":" + quoted(failure.kind) +
             ",\"sentence\":" + quoted(failure.sentence) + ",\"sites\":" + sites + "],\"places\":" + places +
             "},\"story\":{\"threads\":" + std::to_string(story.threads) + ",\"preemptions\":" +
             std::to_string(story.preemptions) + ",\"replays\":" + std::to_string(story.replays) +
             ",\"steps\":" + told + "]},\"pins\":" + quoted(to_text(story.pins)) + "}");
}

std::string line_of_cycle(const std::string& sentence, const std::vector<Site>& sites) {
  std::string places = "{";
  add_places(sentence, places);
  std::string told = "[";
  for (const Site& site : sites) {
    told += (told.size() > 1 ? "," : "") + as_json(site);
  }
  return "{\"event\":\"lock-order cycle\",\"sentence\":" + quoted(sentence) + ",\"sites\":" + told +
         "],\"places\":" + places + "},\"story\":{\"steps\":[]}}";
}

void write_cycles(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    write_line(line);
  }
}

void write_divergence(std::uint64_t schedule) {
  write_line("{\"event\":\"divergence\",\"schedule\":" + std::to_string(schedule) + "}");
}

void write_replayed(bool same, const std::string& divergence) {
  write_line(std::string("{\"event\":\"replayed\",\"same\":") + (same ? "true" : "false") +
             ",\"divergence\":" + quoted(divergence) + "}");
}

void write_end(const Totals& totals, const Coverage& coverage) {
  std::string seen = "null";
  if (coverage.wanted) {
    seen = std::string("{\"everything\":") + (coverage.everything ? "true" : "false") +
           ",\"complete_to\":" + std::to_string(coverage.complete_to) + "}";
  }
  write_line("{\"event\":\"end\",\"schedules\":" + std::to_string(totals.schedules) + ",\"failures\":" +
             std::to_string(totals.failures) + ",\"steps\":" + std::to_string(totals.steps) +
             ",\"decisions\":" + std::to_string(totals.decisions) + ",\"seen\":" + seen + "}");
}

}  // namespace lockstep::interpose
