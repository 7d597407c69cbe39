// A minimised schedule as people read it: time runs down, each thread has a column.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/race/minimiser.h"

namespace lockstep::race {
namespace {

constexpr std::size_t kColumn = 30;

/// What more than one thread operates on, one of them changing it. Where there is no such thing, threads wait
/// for what they never got, and all that was taken counts.
std::set<sim::ObjectId> contended(const Recording& recording) {
  std::map<sim::ObjectId, std::set<std::uint32_t>> threads;
  std::set<sim::ObjectId> changed;
  for (const sim::Step& step : recording.steps) {
    threads[step.operation.object].insert(step.thread);
    if (!sim::only_reads(step.operation.kind)) {
      changed.insert(step.operation.object);
    }
  }
  std::set<sim::ObjectId> found;
  for (const auto& [object, who] : threads) {
    if (object != 0 && who.size() > 1 && changed.contains(object)) {
      found.insert(object);
    }
  }
  changed.erase(0);
  return found.empty() ? changed : found;
}

std::string event_text(const Recording& recording, const sim::Operation& operation,
                       const SiteText& site_text) {
  std::string text = sim::to_text(operation.kind);
  if (operation.object != 0) {
    text += " " + object_label(recording.objects, operation.object, recording.names);
  }
  const std::string place = operation.site == 0 ? "" : site_text(operation.site);
  return place.empty() ? text : text + " (" + place + ")";
}

void add_line(std::string& text, std::size_t column, const std::string& event) {
  text += std::string(column * kColumn, ' ') + event + "\n";
}

}  // namespace

std::string story(const Recording& recording, const Finding& finding, const SiteText& site_text) {
  const std::set<sim::ObjectId> matters = contended(recording);
  std::vector<std::uint32_t> columns;
  const auto counts = [&](const sim::Step& step) { return matters.contains(step.operation.object); };
  for (const sim::Step& step : recording.steps) {
    if (counts(step) && std::find(columns.begin(), columns.end(), step.thread) == columns.end()) {
      columns.push_back(step.thread);
    }
  }
  const auto column_of = [&](std::uint32_t thread) {
    return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), thread) - columns.begin());
  };
  std::string text;
  for (const std::uint32_t thread : columns) {
    std::string head = thread < recording.names.size() ? recording.names[thread] : "?";
    head.resize(std::max(kColumn, head.size() + 1), ' ');
    text += head;
  }
  text += "\n";
  for (std::size_t i = 0; i < recording.steps.size(); ++i) {
    const sim::Step& step = recording.steps[i];
    const bool takes_over = step.took_over && i > 0 && step.waived.kind != sim::OpKind::kYield;
    const std::size_t before = i == 0 ? columns.size() : column_of(recording.steps[i - 1].thread);
    if (takes_over && before < columns.size()) {
      add_line(text, before, "-- preempted before " + event_text(recording, step.waived, site_text));
    }
    if (counts(step)) {
      add_line(text, column_of(step.thread), event_text(recording, step.operation, site_text));
    }
  }
  return text + finding.sentence + "\n";
}

}  // namespace lockstep::race
