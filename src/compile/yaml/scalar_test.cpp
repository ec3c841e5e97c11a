#include "compile/yaml/scalar.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace flyball::compile::yaml {
namespace {

TEST(Scalar, AnUnquotedWordHasTheTypeOfTheCoreSchema) {
  struct {
    Type want;
    std::initializer_list<std::string_view> given;
  } const cases[] = {
      {Type::null, {"", "~", "null", "Null", "NULL"}},
      {Type::boolean, {"true", "True", "TRUE", "false", "False", "FALSE"}},
      {Type::integer, {"0", "7", "-1", "+12", "-0", "0o644", "0x1F", "0xdeadBEEF", "123456789012345678901234567890"}},
      {Type::decimal,
       {"0.5", "1.", ".5", "-.5", "1e3", "1.5E-7", "0e0", "0.0", ".inf", "-.Inf", "+.INF", ".nan", ".NAN"}},
      {Type::string,
       {"no",         "No",    "yes",    "on",  "off",  "y",     "n",    "NuLL",  "tRUE",  "truex", "12:30",
        "2026-12-05", "0644",  "-0644",  "007", "00",   "00.5",  "01e3", "1.2.3", "1_000", "1,000", "0b11",
        "0o8",        "0o",    "0x",     "0xg", "-0x1", "+",     "-",    ".",     "..",    "-.",    "e3",
        "1e",         "1e+",   "1.5x",   "inf", "nan",  "-.nan", ".iNF", "~x",    "nulls", "5%",    "10m",
        "4GiB",       ">=150", "latest", "ö",   "١٢",   "0 ",    " 1",   "1 2",   "0X1F",  "0O17",  "++1"}},
  };
  for (const auto& c : cases) {
    for (const auto word : c.given) EXPECT_EQ(resolve(word), c.want) << word;
  }
}

TEST(Scalar, NumbersHaveTheirValueOrNoneWhenItDoesNotFit) {
  EXPECT_EQ(integer_of("0o644"), 420);
  EXPECT_EQ(integer_of("0xff"), 255);
  EXPECT_EQ(integer_of("+7"), 7);
  EXPECT_EQ(integer_of("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(integer_of("9223372036854775808"), std::nullopt);
  EXPECT_EQ(integer_of("0xffffffffffffffff"), std::nullopt);
  EXPECT_EQ(integer_of("1.0"), std::nullopt);
  EXPECT_EQ(integer_of("0644"), std::nullopt);
  EXPECT_EQ(decimal_of("+1.5e3"), 1500.0);
  EXPECT_EQ(decimal_of(".5"), 0.5);
  EXPECT_EQ(decimal_of("1."), 1.0);
  EXPECT_EQ(decimal_of("0x10"), 16.0);
  EXPECT_EQ(decimal_of("-.inf"), -INFINITY);
  EXPECT_EQ(decimal_of("+.INF"), INFINITY);
  EXPECT_TRUE(std::isnan(decimal_of(".NaN").value_or(0)));
  EXPECT_EQ(decimal_of("1e999"), std::nullopt);
  EXPECT_EQ(decimal_of("x"), std::nullopt);
  EXPECT_EQ(boolean_of("TRUE"), true);
  EXPECT_EQ(boolean_of("False"), false);
  EXPECT_EQ(boolean_of("yes"), std::nullopt);
}

}  // namespace
}  // namespace flyball::compile::yaml
