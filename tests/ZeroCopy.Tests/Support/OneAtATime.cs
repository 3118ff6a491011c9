namespace ZeroCopy.Tests.Support;

/// <summary>The tests that count what their process has open. The others run beside each other before them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class OneAtATime
{
    public const string Name = "One at a time";
}
