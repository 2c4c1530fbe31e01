"""The operators of expressions, by what they cost and what they result in.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/
"""

from typing import Final

COMPARISONS: Final = frozenset({"$cmp", "$eq", "$gt", "$gte", "$lt", "$lte", "$ne"})
"""Those that take as long as reading the shorter of two values, and result in a number or true and false."""

SCALARS: Final = frozenset({
    "$abs", "$acos", "$acosh", "$add", "$and", "$asin", "$asinh", "$atan", "$atan2", "$atanh", "$bitAnd",
    "$bitNot", "$bitOr", "$bitXor", "$ceil", "$cos", "$cosh", "$dateAdd", "$dateDiff", "$dateSubtract",
    "$dateToParts", "$dateTrunc", "$dayOfMonth", "$dayOfWeek", "$dayOfYear", "$degreesToRadians", "$divide",
    "$exp", "$floor", "$hour", "$isArray", "$isNumber", "$isoDayOfWeek", "$isoWeek", "$isoWeekYear", "$ln",
    "$log", "$log10", "$millisecond", "$minute", "$mod", "$month", "$multiply", "$not", "$or", "$pow",
    "$radiansToDegrees", "$rand", "$round", "$second", "$sin", "$sinh", "$size", "$sqrt", "$subtract", "$tan",
    "$tanh", "$trunc", "$tsIncrement", "$tsSecond", "$type", "$week", "$year",
})  # fmt: skip
"""Those that take as long for a long value as for a short one."""

CONDITIONALS: Final = frozenset({"$cond", "$ifNull", "$switch"})
"""Those that result in what they are given."""

LINEAR: Final = frozenset({
    "$addToSet", "$allElementsTrue", "$anyElementTrue", "$arrayElemAt", "$arrayToObject", "$avg",
    "$binarySize", "$bottom", "$bottomN", "$bsonSize", "$concat", "$concatArrays", "$convert", "$count",
    "$covariancePop", "$covarianceSamp", "$dateFromParts", "$dateFromString", "$dateToString", "$denseRank",
    "$derivative", "$documentNumber", "$expMovingAvg", "$first", "$firstN", "$getField", "$in",
    "$indexOfArray", "$indexOfBytes", "$indexOfCP", "$integral", "$last", "$lastN", "$linearFill", "$locf",
    "$ltrim", "$max", "$maxN", "$median", "$mergeObjects", "$meta", "$min", "$minN", "$objectToArray",
    "$percentile", "$push", "$range", "$rank", "$regexFind", "$regexMatch", "$replaceAll", "$replaceOne",
    "$reverseArray", "$rtrim", "$setDifference", "$setEquals", "$setField", "$setIntersection",
    "$setIsSubset", "$setUnion", "$shift", "$slice", "$sortArray", "$split", "$stdDevPop", "$stdDevSamp",
    "$strLenBytes", "$strLenCP", "$strcasecmp", "$substr", "$substrBytes", "$substrCP", "$sum", "$toBool",
    "$toDate", "$toDecimal", "$toDouble", "$toInt", "$toLong", "$toLower", "$toObjectId", "$toString",
    "$toUpper", "$top", "$topN", "$trim", "$unsetField", "$zip",
})  # fmt: skip
"""Those that read all that they are given, once."""
