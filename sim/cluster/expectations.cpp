// Expectations, checked against what the nodes have last reported.
#include "sim/cluster/expectations.h"

#include "sim/cluster/cluster.h"
#include "sim/cluster/record.h"

namespace lockstep::cluster {
namespace {

std::string brief(const spec::Checkpoint& checkpoint) {
  return base::to_hex(checkpoint.root.view().first(4)) + " at slot " + std::to_string(checkpoint.slot.value);
}

/// The first running node of which `is_wrong` finds something to say.
std::optional<std::string> first_complaint(
    const Cluster& cluster, const std::function<std::optional<std::string>(const NodeView&)>& is_wrong) {
  const std::vector<NodeView>& views = cluster.record().views();
  for (std::uint64_t i = 0; i < views.size(); ++i) {
    if (cluster.is_running(i)) {
      if (auto complaint = is_wrong(views[i])) {
        return views[i].name + " " + *complaint;
      }
    }
  }
  return std::nullopt;
}

std::uint64_t different_heads(const Cluster& cluster) {
  std::vector<spec::Root> heads;
  const std::vector<NodeView>& views = cluster.record().views();
  for (std::uint64_t i = 0; i < views.size(); ++i) {
    if (cluster.is_running(i)) {
      heads.push_back(views[i].head.root);
    }
  }
  std::sort(heads.begin(), heads.end());
  return static_cast<std::uint64_t>(std::unique(heads.begin(), heads.end()) - heads.begin());
}

}  // namespace

Expectation heads_agree() {
  return {"all heads agree", [](const Cluster& cluster) -> std::optional<std::string> {
            const std::uint64_t heads = different_heads(cluster);
            if (heads <= 1) {
              return std::nullopt;
            }
            return "there are " + std::to_string(heads) + " different heads";
          }};
}

Expectation heads_differ() {
  return {"heads differ", [](const Cluster& cluster) -> std::optional<std::string> {
            if (different_heads(cluster) > 1) {
              return std::nullopt;
            }
            return "all nodes have the same head";
          }};
}

Expectation finalized_at_least(std::uint64_t slot) {
  return {"finality has come far enough", [slot](const Cluster& cluster) {
            return first_complaint(cluster, [slot](const NodeView& view) -> std::optional<std::string> {
              if (view.finalized.slot.value >= slot) {
                return std::nullopt;
              }
              return "has finalized slot " + std::to_string(view.finalized.slot.value) + ", not slot " +
                     std::to_string(slot);
            });
          }};
}

Expectation finalized_at_most(std::uint64_t slot) {
  return {"finality has stood still", [slot](const Cluster& cluster) {
            return first_complaint(cluster, [slot](const NodeView& view) -> std::optional<std::string> {
              if (view.finalized.slot.value <= slot) {
                return std::nullopt;
              }
              return "has finalized slot " + std::to_string(view.finalized.slot.value) + ", past slot " +
                     std::to_string(slot);
            });
          }};
}

Expectation reached(std::string mark) {
  return {"the run reaches: " + mark, [mark](const Cluster& cluster) -> std::optional<std::string> {
            if (cluster.record().reached(mark)) {
              return std::nullopt;
            }
            return std::string("it never did");
          }};
}

Expectation ticks_late_at_most(base::Duration most) {
  return {"slot ticks are on time", [most](const Cluster& cluster) {
            return first_complaint(cluster, [&](const NodeView& view) -> std::optional<std::string> {
              const base::Duration late = cluster.record().lateness_max(view);
              if (late <= most) {
                return std::nullopt;
              }
              return "acted upon an interval " + std::to_string(late.count() / 1'000'000) +
                     " ms late, at most " + std::to_string(most.count() / 1'000'000) + " ms are allowed";
            });
          }};
}

Expectation ticks_late_at_most(base::Duration usual, base::Duration ever) {
  return {"slot ticks are on time but for a few", [usual, ever](const Cluster& cluster) {
            const TickLateness late = cluster.record().lateness().percentiles();
            const auto milliseconds = [](std::uint64_t nanoseconds) {
              return std::to_string(nanoseconds / 1'000'000) + " ms";
            };
            if (late.p999 <= static_cast<std::uint64_t>(usual.count()) &&
                late.max <= static_cast<std::uint64_t>(ever.count())) {
              return std::optional<std::string>();
            }
            return std::optional("one tick of a thousand was late by " + milliseconds(late.p999) +
                                 " or more, and the latest by " + milliseconds(late.max));
          }};
}

Expectation blocks_imported_at_most(const Member& node, std::uint64_t count) {
  return {node.name() + " imports few blocks", [node, count](const Cluster& cluster) {
            const std::uint64_t imported = cluster.record().views()[node.number].blocks_imported;
            return imported <= count
                       ? std::optional<std::string>()
                       : node.name() + " imported " + std::to_string(imported) + " blocks, at most " +
                             std::to_string(count) + " were to be imported";
          }};
}

Expectation HeadClaim::is(const spec::Checkpoint& block) const {
  return {whose_ ? whose_->name() + "'s head is the expected block" : "every head is the expected block",
          [whose = whose_, block](const Cluster& cluster) {
            return first_complaint(cluster, [&](const NodeView& view) -> std::optional<std::string> {
              if ((whose && view.name != whose->name()) || view.head == block) {
                return std::nullopt;
              }
              return "has the head " + brief(view.head) + ", not " + brief(block);
            });
          }};
}

Expectation HeadClaim::is_at_least_at(std::uint64_t slot) const {
  return {whose_ ? whose_->name() + "'s head has come far enough" : "every head has come far enough",
          [whose = whose_, slot](const Cluster& cluster) {
            return first_complaint(cluster, [&](const NodeView& view) -> std::optional<std::string> {
              if ((whose && view.name != whose->name()) || view.head.slot.value >= slot) {
                return std::nullopt;
              }
              return "has its head at slot " + std::to_string(view.head.slot.value) + ", not at slot " +
                     std::to_string(slot) + " or later";
            });
          }};
}

HeadClaim head_of(const Member& node) {
  return HeadClaim(node);
}

HeadClaim every_head() {
  return HeadClaim(std::nullopt);
}

}  // namespace lockstep::cluster
