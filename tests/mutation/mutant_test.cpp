// What a mutant file says is what is changed, and what no longer applies is told.
#include "mutant.h"

#include <gtest/gtest.h>

namespace lockstep::mutation {
namespace {

constexpr const char* kText = R"(// Forgets the lock.
pair: B-001
pair: B-002
file: node/a.h
compile: scenarios/a.cpp
replace:
int f() {
  lock();
by:
int f() {
end:
)";

TEST(Mutant, says_what_it_does_and_who_must_see_it) {
  const Mutant mutant = read_mutant(kText);
  EXPECT_EQ(mutant.error, "");
  EXPECT_EQ(mutant.says, "Forgets the lock.");
  EXPECT_EQ(mutant.pairs, (std::vector<std::string>{"B-001", "B-002"}));
  EXPECT_EQ(mutant.compiled, std::vector<std::string>{"scenarios/a.cpp"});
  ASSERT_EQ(mutant.changes.size(), 1U);
  EXPECT_EQ(mutant.changes[0].file, "node/a.h");
}

TEST(Mutant, changes_the_text_however_its_lines_are_broken) {
  Sources sources{{"node/a.h", "int g();\nint f() {   lock(); return 1; }\n"}};
  EXPECT_EQ(make_changes(read_mutant(kText), sources), "");
  EXPECT_EQ(sources["node/a.h"], "int g();\nint f() { return 1; }\n");
}

TEST(Mutant, tells_of_a_text_that_is_not_there) {
  Sources sources{{"node/a.h", "int f() { return 1; }\n"}};
  EXPECT_TRUE(make_changes(read_mutant(kText), sources).starts_with("node/a.h has no place"));
}

TEST(Mutant, tells_of_a_text_that_is_there_twice) {
  Sources sources{{"node/a.h", "int f() { lock(); } int f() { lock(); }"}};
  EXPECT_TRUE(make_changes(read_mutant(kText), sources).starts_with("node/a.h has 2 place"));
}

TEST(Mutant, tells_of_a_file_that_is_not_there) {
  Sources sources;
  EXPECT_EQ(make_changes(read_mutant(kText), sources), "there is no node/a.h");
}

TEST(Mutant, tells_of_a_text_that_is_no_mutant) {
  EXPECT_NE(read_mutant("").error, "");
  EXPECT_NE(read_mutant("// Says.\npair: B-001\n").error, "");
  EXPECT_NE(read_mutant("// Says.\npair: B-001\nreplace:\na\nby:\nb\n").error, "");
  EXPECT_NE(read_mutant("// Says.\npair: B-001\nreplace:\nby:\nb\nend:\n").error, "");
  EXPECT_NE(read_mutant("Says.").error, "");
}

}  // namespace
}  // namespace lockstep::mutation
