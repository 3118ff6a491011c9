using Xunit.Abstractions;
using Xunit.Sdk;

namespace ZeroCopy.Tests.Models;

/// <summary>Runs the programs that are kept, one a case of a theory, before the random ones.</summary>
public sealed class KeptFirst : ITestCaseOrderer
{
    public const string Name = "ZeroCopy.Tests.Models.KeptFirst";
    public const string Assembly = "ZeroCopy.Tests";

    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase =>
        testCases.OrderByDescending(testCase => testCase.TestMethodArguments?.Length ?? 0);
}
