using PublicApiGenerator;

namespace ZeroCopy.Tests.Api;

public sealed class PublicApiTests
{
    /// <summary>Set to approve what the library is now: it writes the file instead of comparing with it.</summary>
    private const string Approve = "APPROVE_PUBLIC_API";

    [Fact]
    public void PublicApi_Now_IsTheApprovedOne()
    {
        string approved = Repository.PathOf("tests", "ZeroCopy.Tests", "Api", "PublicApi.approved.txt");
        string api = typeof(Splice).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable(Approve) is not null)
        {
            File.WriteAllText(approved, api);
        }

        api.Should().Be(File.ReadAllText(approved), $"a change of the public API is approved by running the tests once with {Approve}=1, and reading the diff");
    }
}
