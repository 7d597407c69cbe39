// The house rules, first on planted breaches and then on the tree itself.
#include <gtest/gtest.h>

#include <algorithm>

#include "rules.h"

namespace lockstep::house {
namespace {

const std::vector<Source>& tree() {
  static const std::vector<Source> kTree = read_tree(LOCKSTEP_SOURCE_DIR);
  return kTree;
}

Floors floors() {
  const auto room = std::find_if(tree().begin(), tree().end(),
                                 [](const Source& s) { return s.path == "cmake/room.cmake"; });
  return room == tree().end() ? Floors{} : read_floors(*room);
}

std::string joined(const Findings& findings) {
  std::string text;
  for (const auto& finding : findings) {
    text += "\n  " + finding;
  }
  return text;
}

Findings banned_in(const std::string& path, const std::string& line) {
  return check_banned_words({source_of(path, line)});
}

TEST(House, is_there_to_be_looked_at) {
  EXPECT_GT(tree().size(), 20U);
  EXPECT_EQ(floors().at("node/base"), 1);
  EXPECT_GT(floors().at("sim/cluster"), floors().at("sim/world"));
}

TEST(House, includes_point_downwards) {
  const Floors all = floors();
  const auto breach = [&](const char* path, const char* line) {
    return check_includes({source_of(path, line)}, all).size();
  };
  EXPECT_EQ(breach("node/base/x.h", "#include \"node/chain/store.h\""), 1U);
  EXPECT_EQ(breach("node/spec/x.h", "#include \"node/runtime/clock.h\""), 1U);
  EXPECT_EQ(breach("sim/world/x.h", "#include \"node/node/node.h\""), 1U);
  EXPECT_EQ(breach("sim/core/x.h", "#include \"node/spec/types.h\""), 1U);
  EXPECT_EQ(breach("node/node/x.h", "#include \"sim/core/engine.h\""), 1U);
  EXPECT_EQ(breach("sim/cluster/x.h", "#include \"node/real/clock.h\""), 1U);
  EXPECT_EQ(breach("sim/cluster/x.h", "#include \"node/node/node.h\""), 0U);
  EXPECT_EQ(breach("node/spec/x.h", "#include \"node/spec/types.h\""), 0U);
  const Findings findings = check_includes(tree(), all);
  EXPECT_TRUE(findings.empty()) << joined(findings);
}

TEST(House, knows_every_banned_word) {
  for (const char* line : {"auto t = std::chrono::steady_clock::now();",
                           "std::mutex m;",
                           "std::shared_mutex m;",
                           "std::thread t;",
                           "std::condition_variable c;",
                           "thread_local int x;",
                           "std::random_device d;",
                           "std::mt19937 g;",
                           "std::uniform_int_distribution<int> d;",
                           "#include <random>",
                           "int x = rand();",
                           "std::shuffle(a, b, c);",
                           "auto p = std::getenv(\"HOME\");",
                           "#include <fstream>",
                           "std::filesystem::path p;",
                           "#include <boost/asio.hpp>",
                           "auto t = time(nullptr);",
                           "std::this_thread::yield();",
                           "gettimeofday(&a, 0);",
                           "std::map<Node*, int> order;",
                           "std::set<const Node*> order;",
                           "std::hash<Node*> h;",
                           "pthread_create();",
                           "std::async(f);",
                           "getrandom(p, 8, 0);",
                           "std::counting_semaphore<1> s;"}) {
    EXPECT_EQ(banned_in("node/chain/x.cpp", line).size(), 1U) << line;
    EXPECT_EQ(banned_in("sim/world/x.cpp", line).size(), 1U) << line;
    EXPECT_EQ(banned_in("node/real/x.cpp", line).size(), 0U) << line;
  }
  for (const char* line : {"// std::mutex is not used here", "log(\"std::mutex\");", "runtime::Mutex mutex;",
                           "on_time(0);", "operand(x);", "slot.time(0);", "std::map<Root, Node*> nodes;",
                           "const int separated = 1'000; /* std::thread */"}) {
    EXPECT_EQ(banned_in("node/chain/x.cpp", line).size(), 0U) << line;
  }
  EXPECT_EQ(banned_in("node/runtime/sync.h", "std::mutex m;").size(), 0U);
  EXPECT_NE(banned_in("sim/core/x.h", "std::mutex m;").front().find("runtime::Mutex"), std::string::npos);
}

TEST(House, lets_nothing_of_the_machine_into_node_and_sim) {
  const Findings findings = check_banned_words(tree());
  EXPECT_TRUE(findings.empty()) << joined(findings);
}

TEST(House, has_a_node_that_knows_of_no_simulation) {
  EXPECT_EQ(check_node_knows_no_simulation({source_of("node/chain/a.h", "bool simulated;")}).size(), 1U);
  EXPECT_EQ(check_node_knows_no_simulation({source_of("node/chain/a.h", "// in the Simulator")}).size(), 1U);
  EXPECT_EQ(check_node_knows_no_simulation({source_of("node/runtime/a.h", "// in the simulator")}).size(),
            0U);
  const Findings findings = check_node_knows_no_simulation(tree());
  EXPECT_TRUE(findings.empty()) << joined(findings);
}

TEST(House, never_loops_over_an_unordered_container) {
  const std::string header = "std::unordered_map<Root, Block, base::RootHash> blocks_;\n";
  const auto breaches = [&](const char* body) {
    return check_unordered_loops({source_of("node/chain/a.cpp", body), source_of("node/chain/a.h", header)})
        .size();
  };
  EXPECT_EQ(breaches("for (const auto& [root, block] : blocks_) {"), 1U);
  EXPECT_EQ(breaches("for (auto& b : store.blocks_) {"), 1U);
  EXPECT_EQ(breaches("auto it = blocks_.begin();"), 1U);
  EXPECT_EQ(breaches("// any order: summed up\nfor (const auto& [root, block] : blocks_) {"), 0U);
  EXPECT_EQ(breaches("auto it = blocks_.find(root);"), 0U);
  EXPECT_EQ(breaches("for (const auto& b : ordered_) {"), 0U);
  const Findings findings = check_unordered_loops(tree());
  EXPECT_TRUE(findings.empty()) << joined(findings);
}

TEST(House, says_in_the_first_line_what_lives_in_a_file) {
  EXPECT_EQ(check_first_lines({source_of("sim/core/a.h", "#pragma once\n")}).size(), 1U);
  EXPECT_EQ(check_first_lines({source_of("sim/core/a.h", "")}).size(), 1U);
  EXPECT_EQ(check_first_lines({source_of("tools/a.sh", "#!/bin/bash\nset -e\n")}).size(), 1U);
  EXPECT_EQ(check_first_lines({source_of("tools/a.sh", "#!/bin/bash\n# Starts it.\n")}).size(), 0U);
  const Findings findings = check_first_lines(tree());
  EXPECT_TRUE(findings.empty()) << joined(findings);
}

TEST(House, keeps_files_short) {
  std::string text = "// Long.\n";
  for (int i = 0; i < 500; ++i) {
    text += "int a;\n";
  }
  EXPECT_EQ(check_lengths({source_of("sim/core/a.h", text)}).size(), 1U);
  EXPECT_EQ(check_lengths({source_of("sim/core/a.h", text.substr(0, text.size() - 7))}).size(), 0U);
  const Findings findings = check_lengths(tree());
  EXPECT_TRUE(findings.empty()) << joined(findings);
}

TEST(House, leaves_no_loose_ends) {
  const std::string todo = std::string("TO") + "DO";
  EXPECT_EQ(check_leftovers({source_of("sim/core/a.h", "// " + todo + ": later")}).size(), 1U);
  EXPECT_EQ(check_leftovers({source_of("sim/core/a.h", std::string("// FIX") + "ME(#3)")}).size(), 1U);
  EXPECT_EQ(check_leftovers({source_of("sim/core/a.h", "// " + todo + "(#12): later")}).size(), 0U);
  EXPECT_EQ(check_leftovers({source_of("sim/core/a.h", std::string("// see /wo") + "rk/main")}).size(), 1U);
  const Findings findings = check_leftovers(tree());
  EXPECT_TRUE(findings.empty()) << joined(findings);
}

TEST(House, names_types_after_what_they_do) {
  EXPECT_EQ(check_type_names({source_of("node/chain/a.h", "class BlockManager {")}).size(), 1U);
  EXPECT_EQ(check_type_names({source_of("node/chain/a.h", "struct NodeImpl;")}).size(), 1U);
  EXPECT_EQ(check_type_names({source_of("node/chain/a.h", "class Implication {")}).size(), 0U);
  const Findings findings = check_type_names(tree());
  EXPECT_TRUE(findings.empty()) << joined(findings);
}

TEST(House, lists_every_story_in_the_catalogue) {
  const Source story = source_of("scenarios/reorg/late_block.cpp", "// A story.\n");
  EXPECT_EQ(check_catalogue({source_of("scenarios/catalogue.cpp", "{\"devnet\", …}"), story}).size(), 1U);
  EXPECT_EQ(check_catalogue({source_of("scenarios/catalogue.cpp", "{\"late_block\", …}"), story}).size(), 0U);
  EXPECT_EQ(check_catalogue({source_of("scenarios/catalogue.cpp", "{\"very_late_block\", …}"), story}).size(),
            1U);
  const Findings findings = check_catalogue(tree());
  EXPECT_TRUE(findings.empty()) << joined(findings);
}

}  // namespace
}  // namespace lockstep::house
